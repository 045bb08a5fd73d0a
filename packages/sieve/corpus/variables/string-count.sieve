# RFC 5229 §5: an empty string counts as none
require ["variables", "fileinto", "relational", "comparator-i;ascii-numeric"];
if string :count "eq" :comparator "i;ascii-numeric" ["a", "", "${x}", "b"] "2" { fileinto "two"; }
if string :count "eq" :comparator "i;ascii-numeric" "" "0" { fileinto "none"; }
#= any message
#> fileinto "two"
#> fileinto "none"
