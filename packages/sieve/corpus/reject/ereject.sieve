# RFC 5429 §2.1: somebody is refused at the protocol level
require ["ereject"];
if address "from" "someone@example.com" {
    ereject "I no longer accept mail from this address";
}
#= from him
#| From: someone@example.com
#> ereject "I no longer accept mail from this address"
#= message A
#> keep (implicit)
