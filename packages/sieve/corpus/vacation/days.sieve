# RFC 5230 §4.8: other addresses, and how often
require "vacation";
vacation :days 23 :addresses ["tjs@example.edu",
                              "ts4z@landru.example.edu"]
"I'm away until October 19.
If it's an emergency, call 911, I guess." ;
#= to one of them
#| To: Tim <TS4Z@landru.EXAMPLE.edu>
#| Subject: x
#> vacation :seconds 1987200 :subject "Auto: x" "I'm away until October 19.↵If it's an emergency, call 911, I guess." to "coyote@desert.example.org" as "TS4Z@landru.EXAMPLE.edu"
#> keep (implicit)
#= to none
#| To: somebody@example.edu
#> keep (implicit)
