# RFC 8580 §6: a copy of a notification
require ["enotify", "fcc"];

notify :fcc "INBOX.Sent"
       :message "You got mail!"
       "mailto:ken@example.com";
#= message A
#> notify :importance "2" :message "You got mail!" :fcc "INBOX.Sent" "mailto:ken@example.com"
#> keep (implicit)
