# RFC 5260 §6: fields are counted through all names in their order, from the front or from the back
require ["index", "fileinto"];
if header :index 1 "X" "one" { fileinto "1"; }
if header :index 2 "X" "one" { fileinto "no"; }
if header :index 2 "X" "two" { fileinto "2"; }
if header :last :index 1 "X" "two" { fileinto "last"; }
if header :index 2 :last "X" "one" { fileinto "last but one"; }
if header :index 3 ["X", "Y"] "three" { fileinto "third of all"; }
if header :index 1 ["Y", "X"] "three" { fileinto "first of all"; }
if header :index 4 :contains ["X", "Y"] "" { fileinto "none"; }
if header :index 2147483647 :last :contains ["X", "Y"] "" { fileinto "none"; }
#= three fields
#| X: one
#| Y: three
#| X: two
#> fileinto "1"
#> fileinto "2"
#> fileinto "last"
#> fileinto "last but one"
#> fileinto "third of all"
#> fileinto "first of all"
