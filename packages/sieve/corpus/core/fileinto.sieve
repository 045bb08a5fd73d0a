# RFC 5228 §4.1: message A is filed into a mailbox
require "fileinto";
if header :contains ["from"] "coyote" {
   fileinto "INBOX.harassment";
}
#= message A
#> fileinto "INBOX.harassment"
#= message B
#& message message-b
#> keep (implicit)
