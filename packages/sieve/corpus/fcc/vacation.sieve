# RFC 8580 §5: a copy into the mailbox for what was sent
require ["vacation", "fcc", "mailbox", "special-use", "imap4flags"];

vacation :days 7
         :from "hemingway@example.com"
         :specialuse "\\Sent" :create
         :fcc "INBOX.Sent" :flags ["\\Seen"] "Gone Fishin'";
#= message A
#> vacation :seconds 604800 :from "hemingway@example.com" :subject "Auto: I have a present for you" :create :specialuse "\\Sent" :flags "\\Seen" :fcc "INBOX.Sent" "Gone Fishin'" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
