# RFC 5230 §4.7: once a run, whether it answers or not
require "vacation";
vacation "a";
vacation "b";
#= message A
#> error 4:1 A script must not answer a message twice: "vacation" has been executed already.
#> keep (implicit)
#= to nobody
#| Subject: x
#> error 4:1 A script must not answer a message twice: "vacation" has been executed already.
#> keep (implicit)
