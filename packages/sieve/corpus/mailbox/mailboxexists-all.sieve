# RFC 5490 §3.1: all of the mailboxes must exist; what can be none does not
require ["mailbox", "fileinto"];
if mailboxexists ["A", "B"] { fileinto "both"; }
if mailboxexists ["A", ""] { fileinto "nameless"; }
#= both
#& mailbox A
#& mailbox B
#> fileinto "both"
#= one
#& mailbox A
#> keep (implicit)
