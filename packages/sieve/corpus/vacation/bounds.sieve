# RFC 5230 §4.1, RFC 6131 §2: too short and too long are what is possible
require ["vacation-seconds"];
if header "x" "1" { vacation :days 0 "a"; }
elsif header "x" "2" { vacation :days 1000 "a"; }
elsif header "x" "3" { vacation :seconds 2147483648 "a"; }
#= no day
#| X: 1
#| To: roadrunner@acme.example.com
#> vacation :seconds 86400 :subject "Automated reply" "a" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= a thousand days
#| X: 2
#| To: roadrunner@acme.example.com
#> vacation :seconds 7776000 :subject "Automated reply" "a" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= 68 years
#| X: 3
#| To: roadrunner@acme.example.com
#> vacation :seconds 7776000 :subject "Automated reply" "a" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
