# RFC 8579 §4: the use may come of a variable, and is judged when the script runs.
require ["special-use", "fileinto", "variables"];
if header :matches "Subject" "*" { fileinto :specialuse "${1}" "Name"; }

#= a use
#| Subject: \Archive
#| 
#> fileinto :specialuse "\\Archive" "Name"

#= none
#| Subject: Archive
#| 
#> error 3:36 A special use is written like "\\Junk".
#> keep (implicit)
