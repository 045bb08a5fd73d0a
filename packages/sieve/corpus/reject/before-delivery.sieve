# RFC 5429 §2.4: what has been refused is not delivered
require ["ereject"];
ereject "b"; keep;
#= any message
#> error 3:14 "keep" must not follow "ereject": a message is either delivered or refused.
#> keep (implicit)
