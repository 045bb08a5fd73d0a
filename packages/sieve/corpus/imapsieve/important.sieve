# RFC 6785 §5, example 2: a flag that has just been set. Mail stands for the example's way of telling.
require ["enotify", "imap4flags", "variables",
         "environment", "imapsieve"];

if environment :matches "imap.mailbox" "*" {
    set "mailbox" "${1}";
}

if allof (hasflag "\\Flagged",
          environment :contains "imap.changedflags" "\\Flagged") {
  notify :message "Important message in ${mailbox}"
      "mailto:tim@example.com";
}

#= it was set
#& event \Flagged \Seen
#& environment imap.mailbox Work
#& environment imap.changedflags "\Flagged"
#> notify :importance "2" :message "Important message in Work" "mailto:tim@example.com"
#> keep :flags ["\\Flagged", "\\Seen"] (implicit)

#= it was there
#& event \Flagged \Seen
#& environment imap.mailbox Work
#& environment imap.changedflags "\Seen"
#> keep :flags ["\\Flagged", "\\Seen"] (implicit)

#= it was taken away
#& event \Seen
#& environment imap.mailbox Work
#& environment imap.changedflags "\Flagged"
#> keep :flags "\\Seen" (implicit)
