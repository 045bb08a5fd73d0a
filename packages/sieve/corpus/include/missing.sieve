# RFC 6609 §3.1: a script that is not there is an error of the run, unless it is optional
require ["include", "fileinto", "copy"];
include :optional "gone";
include :global :optional "always_allow";
fileinto :copy "A";
if header :contains "subject" "x" { include "gone"; }
#= it is not come to
#& script personal always_allow always_allow.inc
#> fileinto :copy "A"
#> keep (implicit)
#= it is
#| Subject: x
#> error 6:37 There is no personal script "gone" to include.
#> keep (implicit)
