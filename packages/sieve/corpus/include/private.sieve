# RFC 6609 §3.4: variables and match variables are a script's own
require ["variables", "include", "fileinto"];
set "a" "outer";
if header :matches "from" "*@*" { include "private"; fileinto "outside <${a}> <${1}>"; }
#= any message
#& script personal private private.inc
#| From: coyote@example.org
#| Subject: hello
#> fileinto :copy "inside <> <>"
#> fileinto :copy "inside <inner> <hello>"
#> fileinto "outside <outer> <coyote>"
