# :quoteregex makes a pattern that matches a text as it is; it goes with :lower and :length, and not with :quotewildcard.
require ["regex", "variables", "fileinto"];

if header :matches "X-Name" "*" { set :quoteregex :lower "name" "${1}"; }
if header :regex "Subject" "^${name}\\??$" { fileinto "${name}"; }

#= every character that has a meaning
#| X-Name: \A.B[c](d){e}|*+?^$
#| Subject: \A.B[c](d){e}|*+?^$?
#| 
#> fileinto "\\\\a\\.b\\[c\\]\\(d\\)\\{e\\}\\|\\*\\+\\?\\^\\$"

#= and no more than that
#| X-Name: a.b
#| Subject: axb
#| 
#> keep (implicit)
