# RFC 5232 §3: of two acts in one mailbox the last one's flags count
require ["imap4flags", "fileinto"];
fileinto :flags "\\Seen" "A"; keep :flags "\\Flagged"; fileinto :flags "\\Answered" "A"; fileinto "INBOX";
#= any message
#> fileinto :flags "\\Answered" "A"
#> keep
