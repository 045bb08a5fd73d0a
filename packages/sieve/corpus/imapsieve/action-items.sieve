# RFC 6785 §5, example 1: a copy of what comes into one mailbox.
require ["copy", "environment", "imapsieve"];

if anyof (environment :is "imap.cause" "APPEND",
          environment :is "imap.cause" "COPY")  {
    if environment :is "imap.mailbox" "ActionItems" {
        redirect :copy "actionitems@example.com";
    }
}

#= appended
#& event
#& environment imap.cause APPEND
#& environment imap.mailbox ActionItems
#> redirect :copy "actionitems@example.com"
#> keep (implicit)

#= elsewhere
#& event
#& environment imap.cause COPY
#& environment imap.mailbox INBOX
#> keep (implicit)

#= flags
#& event \Seen
#& environment imap.cause FLAG
#& environment imap.mailbox ActionItems
#> keep (implicit)

#= at delivery
#& environment imap.cause ""
#& environment imap.mailbox ""
#> keep (implicit)
