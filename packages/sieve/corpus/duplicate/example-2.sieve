# RFC 7352 §5.2: alerts of one event within a minute
require ["duplicate", "variables", "imap4flags",
  "fileinto"];

if header :matches "subject" "ALERT: *" {
  if duplicate :seconds 60 :uniqueid "${1}" {
    setflag "\\seen";
  }
  fileinto "Alerts";
}
#= the first
#| Subject: ALERT: disk full
#> fileinto "Alerts"
#> remember "disk full" 60
#= another within a minute
#| Subject: ALERT: disk full
#& remembered "" "disk full"
#> fileinto :flags "\\Seen" "Alerts"
#> remember "disk full" 60
