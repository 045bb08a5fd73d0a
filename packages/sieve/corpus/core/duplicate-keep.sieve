# RFC 5228 §4.3: keep and fileinto "INBOX" mean one mailbox
require "fileinto";
keep; fileinto "inbox"; keep;
#= any message
#> keep
