# RFC 5260 §5.1: a mailbox for each month
require ["date", "variables", "fileinto"];
if currentdate :matches "month" "*" { set "month" "${1}"; }
if currentdate :matches "year"  "*" { set "year"  "${1}"; }
fileinto "${month}-${year}";
#= now
#> fileinto "11-2026"
