# RFC 5229 §3.1: backslashes go first, one pass only
require ["variables", "fileinto"];
set "foo" "F";
set "dollar" "$";
set "text" "regarding ${dollar}{beep}";
fileinto "1${fo\o}";
fileinto "2${fo\\o}";
fileinto "3\${foo}";
fileinto "4\\${foo}";
fileinto "5${text}";
#= any message
#> fileinto "1F"
#> fileinto "2${fo\\o}"
#> fileinto "3F"
#> fileinto "4\\F"
#> fileinto "5regarding ${beep}"
