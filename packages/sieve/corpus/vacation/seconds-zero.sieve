# RFC 6131 §3: an answer to every message
require ["vacation-seconds"];

vacation :handle "auto-resp" :seconds 0
    "Your request has been received.  A service
     representative will contact you as soon as
     possible, usually within one business day.";
#= message A
#> vacation :seconds 0 :subject "Auto: I have a present for you" "Your request has been received.  A service↵     representative will contact you as soon as↵     possible, usually within one business day." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
