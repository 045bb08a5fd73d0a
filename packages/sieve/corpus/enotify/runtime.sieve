# RFC 5435 §3.2, §3.3: what is found when the script runs
require ["enotify", "variables"];
if header "x" "1" { notify "mailto:"; }
elsif header "x" "2" { notify :from "nobody" "mailto:a@example.org"; }
elsif header "x" "3" { set "i" "9"; notify :importance "${i}" "mailto:a@example.org"; }
#= nobody to send to
#| X: 1
#> error 3:21 This is no mailto URI with somebody to send to.
#> keep (implicit)
#= an author that is none
#| X: 2
#> error 4:24 This holds something that is no address; addresses are like "ned@example.org" or "Ned <ned@example.org>".
#> keep (implicit)
#= an importance that is none
#| X: 3
#> error 5:37 The importance is "1", "2" or "3".
#> keep (implicit)
