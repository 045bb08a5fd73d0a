# RFC 5435 §8: five notifications, the same one told once (RFC 5436 §2.7)
require ["enotify"];
notify "mailto:a@example.org"; notify "mailto:a@example.org"; notify "mailto:b@example.org";
notify :message "x" "mailto:a@example.org"; notify "mailto:c@example.org";
if header "x" "1" { notify "mailto:d@example.org"; }
#= five
#> notify :importance "2" "mailto:a@example.org"
#> notify :importance "2" "mailto:b@example.org"
#> notify :importance "2" :message "x" "mailto:a@example.org"
#> notify :importance "2" "mailto:c@example.org"
#> keep (implicit)
#= six
#| X: 1
#> error 5:21 The script notifies more than 5 times.
#> keep (implicit)
