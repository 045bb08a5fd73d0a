# RFC 5228 §5.9: 4,000 octets are neither over nor under 4000
require "fileinto";
if size :over 4000 { fileinto "over"; }
if size :under 4000 { fileinto "under"; }
#= exactly
#& octets 4000
#> keep (implicit)
#= one more
#& octets 4001
#> fileinto "over"
#= one less
#& octets 3999
#> fileinto "under"
