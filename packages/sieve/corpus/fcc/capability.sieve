# RFC 8580 §6.1: methods of whose notifications copies can be filed
require ["enotify", "fcc"];

if notify_method_capability "xmpp:" "fcc" "yes" {
    notify :fcc "INBOX.Sent"
           :message "You got mail"
           "xmpp:ken@example.com?message;subject=SIEVE";
} else {
    notify :fcc "INBOX.Sent"
           :message "You got mail!"
           "mailto:ken@example.com";
}
#= message A
#> notify :importance "2" :message "You got mail" :fcc "INBOX.Sent" "xmpp:ken@example.com?message;subject=SIEVE"
#> keep (implicit)
