# RFC 5230 §4.5: the message must have been written to the owner
require "vacation";
vacation "I am away.";
#= to nobody
#| From: x@example.org
#> keep (implicit)
#= To
#| To: others: a@example.org, "Road Runner" <roadrunner@acme.example.com>;
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= Cc
#| Cc: others: a@example.org, "Road Runner" <roadrunner@acme.example.com>;
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= Bcc
#| Bcc: others: a@example.org, "Road Runner" <roadrunner@acme.example.com>;
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= Resent-To
#| Resent-To: others: a@example.org, "Road Runner" <roadrunner@acme.example.com>;
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= Resent-Cc
#| Resent-Cc: others: a@example.org, "Road Runner" <roadrunner@acme.example.com>;
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= Resent-Bcc
#| Resent-Bcc: others: a@example.org, "Road Runner" <roadrunner@acme.example.com>;
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= an address that the host knows
#& own beep@acme.example.com
#| To: x@example.org, beep@acme.example.com
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "beep@acme.example.com"
#> keep (implicit)
