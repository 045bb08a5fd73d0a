# RFC 5228 §5.4: the reverse-path
require "envelope";
if envelope :all :is "from" "tim@example.com" { discard; }
#= from him
#< tim@example.com ned@example.net
#= from another
#< tom@example.com ned@example.net
#> keep (implicit)
