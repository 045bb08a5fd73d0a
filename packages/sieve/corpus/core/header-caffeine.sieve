# RFC 5228 §5.7: an existing field contains "" but is not ""
require "fileinto";
if header :is ["X-Caffeine"] [""] { fileinto "is"; }
if header :contains ["X-Caffeine"] [""] { fileinto "contains"; }
#= the RFC's message
#| X-Caffeine: C8H10N4O2
#> fileinto "contains"
#= without the field
#> keep (implicit)
