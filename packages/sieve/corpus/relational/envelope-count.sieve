# RFC 5231 §4.2: the null reverse-path counts as none
require ["relational", "comparator-i;ascii-numeric", "envelope", "fileinto"];
if envelope :count "eq" :comparator "i;ascii-numeric" "from" "0" { fileinto "bounce"; }
if envelope :count "eq" :comparator "i;ascii-numeric" ["from", "to"] "2" { fileinto "two"; }
#= a bounce
#< <> ned@example.net
#> fileinto "bounce"
#= another
#> fileinto "two"
