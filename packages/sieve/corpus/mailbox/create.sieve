# RFC 5490 §3.2: the mailbox is to be made where it is missing
require ["fileinto", "mailbox"];
fileinto :create "Partners/2026";
fileinto "A"; fileinto :create "A";
#= any message
#> fileinto :create "Partners/2026"
#> fileinto :create "A"
