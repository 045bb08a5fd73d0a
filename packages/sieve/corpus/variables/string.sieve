# RFC 5229 §5: the string test keeps white space
require ["variables", "fileinto"];
set "state" "${state} pending";
if string :matches " ${state} " "* pending *" { fileinto "1"; }
if string "" "${unset}" { fileinto "2"; }
if string :is " a" "a" { fileinto "no"; }
if string ["x", "y"] ["z", "Y"] { fileinto "3"; }
#= any message
#> fileinto "1"
#> fileinto "2"
#> fileinto "3"
