# RFC 5490 §3.1: refused where the mailbox is missing
require ["fileinto", "reject", "mailbox"];
if mailboxexists "Partners" {
   fileinto "Partners";
} else {
   reject "This message was not accepted by the Mailstore";
}
#= there
#& mailbox Partners
#> fileinto "Partners"
#= not there
#> reject "This message was not accepted by the Mailstore"
