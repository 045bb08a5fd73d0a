# RFC 6009 §5.1: too late, by the time that is left
require ["envelope", "envelope-deliverby", "relational",
         "comparator-i;ascii-numeric", "fileinto", "copy"];

# Check to see if this message didn't make it in the time allotted by
# the originator.
if anyof (envelope :contains "bytimerelative" "-",
          envelope :value "eq" :comparator "i;ascii-numeric"
                   "bytimerelative" "0")
{ fileinto :copy "late"; }
if envelope "bymode" "return" { fileinto :copy "return"; }
if envelope "bymode" "notify" { fileinto :copy "notify"; }
if envelope "bytrace" "trace" { fileinto :copy "trace"; }
if envelope "bytrace" "" { fileinto :copy "no trace"; }
#= ten minutes late
#& by 2026-11-24T09:20:05Z notify trace
#> fileinto :copy "late"
#> fileinto :copy "notify"
#> fileinto :copy "trace"
#> keep (implicit)
#= just now
#& by 2026-11-24T09:30:05Z return
#> fileinto :copy "late"
#> fileinto :copy "return"
#> fileinto :copy "no trace"
#> keep (implicit)
#= in time
#& by 2026-11-24T09:30:06Z return
#> fileinto :copy "return"
#> fileinto :copy "no trace"
#> keep (implicit)
#= no limit
#> keep (implicit)
