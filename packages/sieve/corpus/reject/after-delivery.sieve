# RFC 5429 §2.4: what has been delivered is not refused
require ["reject", "fileinto", "copy"];
fileinto :copy "A"; reject "b";
#= any message
#> error 3:21 "reject" must not follow "fileinto": a message is either delivered or refused.
#> keep (implicit)
