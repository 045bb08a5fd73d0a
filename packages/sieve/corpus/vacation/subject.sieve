# RFC 5230 §4.2, §5.3: a subject of variables, and one that stands in the script alone
require ["vacation", "variables"];
if header :matches "subject" "*" {
    vacation :subject "Automatic response to: ${1}"
             "I'm away -- send mail to foo in my absence";
} else {
    vacation "I am away.";
}
#= message A
#> vacation :seconds 604800 :subject "Automatic response to: I have a present for you" "I'm away -- send mail to foo in my absence" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= no subject
#| To: roadrunner@acme.example.com
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
