# RFC 6609 §3.1: as deep as ten scripts, and no deeper
require "include";
if header :is "subject" "deep" { include "d1"; } else { include "d2"; }
#= ten
#& script personal d2 d2.inc
#& script personal d3 d3.inc
#& script personal d4 d4.inc
#& script personal d5 d5.inc
#& script personal d6 d6.inc
#& script personal d7 d7.inc
#& script personal d8 d8.inc
#& script personal d9 d9.inc
#& script personal d10 d10.inc
#= eleven
#| Subject: deep
#& script personal d1 d1.inc
#& script personal d2 d2.inc
#& script personal d3 d3.inc
#& script personal d4 d4.inc
#& script personal d5 d5.inc
#& script personal d6 d6.inc
#& script personal d7 d7.inc
#& script personal d8 d8.inc
#& script personal d9 d9.inc
#& script personal d10 d10.inc
#> error d9 2:1 Scripts include each other more than 10 deep.
#> keep (implicit)
