# RFC 6009 §5.1: too late, by the date, in local time
require ["envelope", "envelope-deliverby", "relational", "date",
         "variables", "fileinto"];

# Check to see if this message didn't make it in the time allotted by
# the originator.
if currentdate :matches "iso8601" "*" {
    set "cdate" "${0}";
    if envelope :value "le" "bytimeabsolute" "${cdate}" {
        fileinto "late";
    }
}
#= late
#& by 2026-11-24T09:20:05Z notify
#> fileinto "late"
#= in time
#& by 2026-11-24T09:30:06Z notify
#> keep (implicit)
