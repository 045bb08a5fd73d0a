# RFC 5260 §4.4: urgent when the boss wrote it in his office hours
require ["date", "relational", "fileinto"];
if allof(header :is "from" "boss@example.com",
         date :value "ge" :originalzone "date" "hour" "09",
         date :value "lt" :originalzone "date" "hour" "17")
{ fileinto "urgent"; }
#= at 16:59 there
#| From: boss@example.com
#| Date: Tue, 1 Apr 1997 16:59:31 -0800 (PST)
#> fileinto "urgent"
#= at 17:00 there
#| From: boss@example.com
#| Date: Tue, 1 Apr 1997 17:00:00 -0800
#> keep (implicit)
#= without a date
#| From: boss@example.com
#> keep (implicit)
