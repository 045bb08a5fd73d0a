# RFC 8580 §3.1, §7, §8: other actions, and other tags without :fcc
require ["vacation", "fcc", "mailbox", "imap4flags", "reject", "fileinto", "enotify"];
#! 9:10 The tag ":create" means nothing without ":fcc"
#! 10:10 The tag ":flags" means nothing without ":fcc"
#! 11:15 The name of a mailbox must not be empty
#! 12:8 "reject" has no tag ":fcc"
#! 13:10 "fileinto" has no tag ":fcc"
#! 14:8 The tag ":specialuse" of "notify" needs require "special-use"
vacation :create "a";
vacation :flags "\\Seen" "a";
vacation :fcc "" "a";
reject :fcc "a" "b";
fileinto :fcc "a" "b";
notify :specialuse "\\Sent" :fcc "x" "mailto:a@b.example";
