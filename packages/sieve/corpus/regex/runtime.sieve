# A pattern with variables is known, and judged, when the script runs.
require ["regex", "variables", "fileinto"];

set "pattern" "";
if header :matches "X-Pattern" "*" { set "pattern" "${1}"; }
if header :regex "Subject" ["^nothing$", "${pattern}"] { fileinto "found"; }

#= good
#| X-Pattern: b+
#| Subject: abba
#| 
#> fileinto "found"

#= the first of the keys
#| X-Pattern: b+
#| Subject: nothing
#| 
#> fileinto "found"

#= bad
#| X-Pattern: b+(
#| Subject: abba
#| 
#> error 6:4 The regular expression has a "(" that is not closed.
#> keep (implicit)
