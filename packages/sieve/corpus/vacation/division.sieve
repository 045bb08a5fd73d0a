# RFC 5230 §7: colleagues and strangers
require "vacation";
if address :matches "from" "*@ourdivision.example.com"
{
    vacation :subject "Gone fishing"
             "Having lots of fun! Back in a day or two!";
} else {
    vacation :subject "Je suis parti cette semaine"
             "Je lirai votre message quand je retourne.";
}
#= message A
#> vacation :seconds 604800 :subject "Je suis parti cette semaine" "Je lirai votre message quand je retourne." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= a colleague
#| From: x@ourdivision.example.com
#| To: roadrunner@acme.example.com
#> vacation :seconds 604800 :subject "Gone fishing" "Having lots of fun! Back in a day or two!" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
