# RFC 5463 §4: include found by ihave, with its namespace
require ["ihave", "variables", "fileinto"];
if header :is "subject" "early" { set "x" "${global.a}"; }
if ihave "include" { set "global.a" "A"; include :optional "nothing"; }
fileinto "${global.a}";
#= found
#> fileinto "A"
#= too early
#| Subject: early
#> error 3:35 There is no namespace "global" of variables here.
#> keep (implicit)
