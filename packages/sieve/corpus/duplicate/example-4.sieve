# RFC 7352 §5.4: two uses that do not know of each other
require ["duplicate", "imap4flags"];

if duplicate :header "X-Event-ID" :handle "notifier" {
  discard;
}
if allof (
  duplicate :header "X-Ticket-ID" :handle "support",
  address "to" "support@example.com",
  header :contains "subject" "fileserver")
{
  setflag "\\seen";
}
#= one handle has it, the other not
#& remembered notifier 123
#| X-Ticket-ID: 123
#| To: support@example.com
#| Subject: the fileserver
#> keep (implicit)
#> remember :handle "support" "123" 604800
#= both have it
#& remembered notifier 123
#& remembered support 123
#| X-Event-ID: 123
#| X-Ticket-ID: 123
#| To: support@example.com
#| Subject: the fileserver
#> remember :handle "notifier" "123" 604800
#> remember :handle "support" "123" 604800
