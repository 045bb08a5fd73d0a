# RFC 5437 §3: its four examples
require ["enotify"];
if header "x" "1" { notify "xmpp:romeo@im.example.com"; }
elsif header "x" "2" { notify "xmpp:romeo@im.example.com?message;body=Wherefore%20art%20thou%3F"; }
elsif header "x" "3" {
    notify :importance "1"
           :message "Contact Juliet immediately!"
           "xmpp:romeo@im.example.com?message;body=You%27re%20in%20trouble;subject=ALERT%21";
} else {
    notify :from "romeo.my.romeo@example.com"
           :importance "1"
           :message "Contact Juliet immediately!"
           "xmpp:romeo@im.example.com?message;body=You%27re%20in%20trouble;subject=ALERT%21";
}
#= §3.1
#| X: 1
#> notify :importance "2" "xmpp:romeo@im.example.com"
#> keep (implicit)
#= §3.2
#| X: 2
#> notify :importance "2" "xmpp:romeo@im.example.com?message;body=Wherefore%20art%20thou%3F"
#> keep (implicit)
#= §3.3
#| X: 3
#> notify :importance "1" :message "Contact Juliet immediately!" "xmpp:romeo@im.example.com?message;body=You%27re%20in%20trouble;subject=ALERT%21"
#> keep (implicit)
#= §3.4
#> notify :from "romeo.my.romeo@example.com" :importance "1" :message "Contact Juliet immediately!" "xmpp:romeo@im.example.com?message;body=You%27re%20in%20trouble;subject=ALERT%21"
#> keep (implicit)
