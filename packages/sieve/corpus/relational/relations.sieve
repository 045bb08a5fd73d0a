# RFC 5231 §4: the six relations, and that any pair will do
require ["relational", "fileinto", "variables"];
if string :value "gt" "b" "a" { fileinto "gt"; }
if string :value "gt" "B" "b" { fileinto "no case"; }
if string :value "gt" :comparator "i;octet" "b" "B" { fileinto "case"; }
if string :value "ge" "b" "b" { fileinto "ge"; }
if string :value "lt" "a" "b" { fileinto "lt"; }
if string :value "le" "b" "B" { fileinto "le"; }
if string :value "eq" "b" "B" { fileinto "eq"; }
if string :value "ne" ["b"] ["b", "c"] { fileinto "ne"; }
if string :value "lt" ["z", "a"] ["a", "b"] { fileinto "any pair"; }
if string :value "lt" "Z" "_" { fileinto "letters before underscore"; }
#= any message
#> fileinto "gt"
#> fileinto "case"
#> fileinto "ge"
#> fileinto "lt"
#> fileinto "le"
#> fileinto "eq"
#> fileinto "ne"
#> fileinto "any pair"
#> fileinto "letters before underscore"
