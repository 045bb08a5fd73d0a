# RFC 6009 §5.1: filed by the hour at which it should have been there
require ["envelope", "envelope-deliverby", "relational", "date",
         "variables", "fileinto", "copy"];

# If the message didn't make it in time, file it according to when it
# should have been received
if envelope :matches :zone "+0000" "bytimeabsolute" "*T*:*:*" {
    set "bdate" "${0}";
    set "bhour" "${2}";
    if currentdate :zone "+0000" :value "ge" "iso8601" "${bdate}" {
        fileinto "missed-${bhour}";
    }
}
if envelope :matches :zone "-0330" "bytimeabsolute" "*" { fileinto :copy "${1}"; }
if envelope :matches "bytimeabsolute" "*" { fileinto :copy "${1}"; }
#= late
#& by 2026-11-24T09:20:05Z notify
#> fileinto "missed-09"
#> fileinto :copy "2026-11-24T05:50:05-03:30"
#> fileinto :copy "2026-11-24T10:20:05+01:00"
