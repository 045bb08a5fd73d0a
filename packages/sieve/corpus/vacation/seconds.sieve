# RFC 6131 §3: every half hour
require ["vacation-seconds"];
vacation :addresses ["tjs@example.edu", "ts4z@landru.example.edu"]
         :seconds 1800
         "I am in a meeting, and do not have access to email.";
#= to him
#| To: tjs@example.edu
#| Subject: x
#> vacation :seconds 1800 :subject "Auto: x" "I am in a meeting, and do not have access to email." to "coyote@desert.example.org" as "tjs@example.edu"
#> keep (implicit)
