# RFC 5228 §3.1: messages A and B are both dropped
require "fileinto";
if header :contains "from" "coyote" {
   discard;
} elsif header :contains ["subject"] ["$$$"] {
   discard;
} else {
   fileinto "INBOX";
}
#= message A
#= message B
#& message message-b
#= another
#| Subject: hello
#> fileinto "INBOX"
