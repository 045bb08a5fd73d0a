# RFC 5230 §4.8: with other rules
require "vacation";
if header :contains "from" "boss@example.edu" {
    redirect "pleeb@isp.example.org";
} else {
    vacation "Sorry, I'm away, I'll read your
message when I get around to it.";
}
#= the boss
#| From: boss@example.edu
#| To: roadrunner@acme.example.com
#> redirect "pleeb@isp.example.org"
#= message A
#> vacation :seconds 604800 :subject "Auto: I have a present for you" "Sorry, I'm away, I'll read your↵message when I get around to it." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
