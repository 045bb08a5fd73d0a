# RFC 5260 §5.1: to the pager outside office hours
require ["date", "relational"];
if anyof(currentdate :is "weekday" "0",
         currentdate :is "weekday" "6",
         currentdate :value "lt" "hour" "09",
         currentdate :value "ge" "hour" "17")
{ redirect "pager@example.com"; }
#= Tuesday, half past ten
#> keep (implicit)
