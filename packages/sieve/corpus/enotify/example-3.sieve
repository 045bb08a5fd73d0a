# RFC 5435 §3.7, example 3: a method that is chosen, and one that is not there
require ["enotify", "variables"];

set "notif_method"
"xmpp:tim@example.com?message;subject=SIEVE;body=You%20got%20mail";

if header :contains "subject" "Your dog" {
    set "notif_method" "tel:+14085551212";
}

if header :contains "to" "sievemailinglist@example.org" {
    set "notif_method" "";
}

if not string :is "${notif_method}" "" {
    notify "${notif_method}";
}
#= by XMPP
#> notify :importance "2" "xmpp:tim@example.com?message;subject=SIEVE;body=You%20got%20mail"
#> keep (implicit)
#= not at all
#| To: sievemailinglist@example.org
#> keep (implicit)
#= by telephone
#| Subject: Your dog
#> error 16:5 Nobody can be notified by "tel:+14085551212" here.
#> keep (implicit)
