# RFC 5230 §7: the sender's language
require "vacation";
if header :contains ["accept-language", "content-language"] "en"
{
    vacation "I am away this week.";
} else {
    vacation "Estoy ausente esta semana.";
}
#= English
#| To: roadrunner@acme.example.com
#| Content-Language: en
#| Subject: x
#> vacation :seconds 604800 :subject "Auto: x" "I am away this week." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= none
#> vacation :seconds 604800 :subject "Auto: I have a present for you" "Estoy ausente esta semana." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
