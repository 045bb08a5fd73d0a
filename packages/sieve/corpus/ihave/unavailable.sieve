# RFC 5463 §4: an unknown command is a run-time error when its turn comes
require "ihave";
if size :over 1K { launch "moon"; }
#= small enough to stay
#& octets 10
#> keep (implicit)
#= too big
#& octets 2000
#> error 3:20 "launch" is no command known here.
#> keep (implicit)
