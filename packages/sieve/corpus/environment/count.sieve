# RFC 5183 §4: :count is 0 for the empty string, 1 for any other, and matches nothing for what is not known
require ["environment", "relational", "comparator-i;ascii-numeric", "fileinto", "copy"];
if environment :count "eq" :comparator "i;ascii-numeric" "remote-host" "0" { fileinto :copy "zero"; }
if environment :count "eq" :comparator "i;ascii-numeric" "remote-host" "1" { fileinto :copy "one"; }
#= unknown
#> keep (implicit)
#= empty
#& environment remote-host ""
#> fileinto :copy "zero"
#> keep (implicit)
#= known
#& environment remote-host mx.example.org
#> fileinto :copy "one"
#> keep (implicit)
