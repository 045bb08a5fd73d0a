# RFC 5230 §4.2: what is said makes two responses of them
require "vacation";
if header :contains "subject" "cyrus" {
    vacation "I'm out -- send mail to cyrus-bugs";
} else {
    vacation "I'm out -- call me at +1 304 555 0123";
}
#= the first
#| From: coyote@desert.example.org
#| To: roadrunner@acme.example.com
#| Subject: Cyrus bug
#> vacation :seconds 604800 :subject "Auto: Cyrus bug" "I'm out -- send mail to cyrus-bugs" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= the second
#| From: coyote@desert.example.org
#| To: roadrunner@acme.example.com
#| Subject: come over for dinner
#> vacation :seconds 604800 :subject "Auto: come over for dinner" "I'm out -- call me at +1 304 555 0123" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
