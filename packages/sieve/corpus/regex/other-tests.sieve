# Every test that matches can use it; an addressee's parts are matched one by one.
require ["regex", "envelope", "subaddress", "imap4flags", "body", "date", "copy", "fileinto", "variables"];

setflag ["$Label1", "Other"];
if hasflag :regex "\\$label[0-9]" { fileinto :copy :flags "" "flag"; }
if envelope :localpart :regex "to" "^road(.*)$" { fileinto :copy :flags "" "envelope ${1}"; }
if body :raw :regex "present +for" { fileinto :copy :flags "" "body ${1}"; }
if currentdate :regex "date" "^2026-1[0-2]-" { fileinto :copy :flags "" "date"; }
discard;

#= all of them
#| Subject: x
#| 
#| I have a present  for you
#> fileinto :copy "flag"
#> fileinto :copy "envelope runner"
#> fileinto :copy "body runner"
#> fileinto :copy "date"
