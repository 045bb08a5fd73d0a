# RFC 5228 §5.4: parts in any case, several at once, source routes dropped
require ["envelope", "fileinto"];
if envelope ["FROM", "To"] "ned@example.net" { fileinto "to"; }
if envelope :domain "from" "example.org" { fileinto "route dropped"; }
if envelope :contains "from" "relay" { fileinto "route"; }
if envelope :localpart "to" "NED" { fileinto "localpart"; }
#= a route
#< @relay.example,@other.example:ann@example.org ned@example.net
#> fileinto "to"
#> fileinto "route dropped"
#> fileinto "localpart"
