# RFC 5463: :percent where spamtestplus is found when the script runs, and an error where nobody looked.
require ["ihave", "fileinto"];
if not header "X" "y" { if ihave "spamtestplus" { if spamtest :percent "50" { fileinto "found"; } } }
else { if ihave "spamtest" { if spamtest :percent "50" { fileinto "found"; } } }

#= found
#& spam 50
#> fileinto "found"

#= not looked for
#& spam 50
#| X: y
#| 
#> error 4:33 ":percent" needs require "spamtestplus"; at the top of the script.
#> keep (implicit)
