# RFC 5232 §3.3: a flag is removed before the message is filed
require ["fileinto", "imap4flags", "variables"];
if header :contains "Disposition-Notification-To" "mel@example.com" {
  addflag "flagvar" "$MDNRequired";
}
if header :contains "from" "imap@cac.washington.example.edu" {
  removeflag "flagvar" "$MDNRequired";
  fileinto :flags "${flagvar}" "INBOX.imap-list";
} else {
  keep :flags "${flagvar}";
}
#= both
#| Disposition-Notification-To: mel@example.com
#| From: imap@cac.washington.example.edu
#> fileinto "INBOX.imap-list"
#= only the first
#| Disposition-Notification-To: mel@example.com
#> keep :flags "$MDNRequired"
