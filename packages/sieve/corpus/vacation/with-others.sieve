# RFC 5230 §4.7: with discard and with delivery it goes
require ["vacation", "fileinto"];
vacation :from "Road Runner <rr@acme.example.com>" "a"; discard; fileinto "A";
#= message A
#> vacation :seconds 604800 :from "Road Runner <rr@acme.example.com>" :subject "Auto: I have a present for you" "a" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> fileinto "A"
