# RFC 5490 §3.3: the value of a mailbox's entry. Where the RFC's example answers by vacation, this one files.
require ["mboxmetadata", "fileinto"];

if metadata :is "INBOX"
   "/private/vendor/vendor.isode/auto-replies" "on" {
    fileinto "away";
}

#= on
#& metadata INBOX /private/vendor/vendor.isode/auto-replies On
#> fileinto "away"

#= off
#& metadata INBOX /private/vendor/vendor.isode/auto-replies off
#> keep (implicit)

#= without the entry
#& metadata Other /private/vendor/vendor.isode/auto-replies on
#> keep (implicit)
