# RFC 5429 §2.4: a message is refused once
require ["reject", "ereject"];
ereject "a"; reject "b";
#= any message
#> error 3:14 A script must not reject a message twice.
#> keep (implicit)
