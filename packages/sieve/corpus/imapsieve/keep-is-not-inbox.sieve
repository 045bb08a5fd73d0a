# RFC 6785 §3.2, §3.3: keep leaves the message where it is, so that a copy in INBOX is another one.
require ["imapsieve", "fileinto", "copy", "imap4flags"];
fileinto :copy "INBOX";
addflag "$New";
keep;

#= in a mailbox
#& event \Seen
#> fileinto :copy :flags "\\Seen" "INBOX"
#> keep :flags ["\\Seen", "$New"]

#= at delivery
#> keep :flags "$New"
