# RFC 6609 §3.2: require is each script's own; what is no valid script cannot be included
require ["include", "fileinto"];
if header :contains "subject" "x" { include :optional "broken"; }
#= it is not come to
#& script personal broken broken.inc
#> keep (implicit)
#= it is
#| Subject: x
#& script personal broken broken.inc
#> error 3:37 The script "broken" cannot be included: 1:1: error: The command "fileinto" needs require "fileinto"; at the top of the script.
#> keep (implicit)
