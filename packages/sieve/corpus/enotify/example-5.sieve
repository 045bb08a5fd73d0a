# RFC 5435 §5, example 5: nobody knows who is online
require ["enotify"];

if notify_method_capability
       "xmpp:tim@example.com?message;subject=SIEVE"
       "Online"
       "yes" {
    notify :importance "1" :message "You got mail"
         "xmpp:tim@example.com?message;subject=SIEVE";
} else {
    notify :message "You got mail" "mailto:tim@example.com";
}
#= any message
#> notify :importance "2" :message "You got mail" "mailto:tim@example.com"
#> keep (implicit)
