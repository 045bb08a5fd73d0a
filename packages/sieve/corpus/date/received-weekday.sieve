# RFC 5260 §4.4: received at a weekend, in local time
require ["date", "relational", "fileinto"];
if anyof(date :is "received" "weekday" "0",
         date :is "received" "weekday" "6")
{ fileinto "weekend"; }
#= a Friday in UTC, a Saturday an hour further east; the first field counts
#| Received: from a by b; Fri, 27 Nov 2026 23:30:00 +0000
#| Received: from x by a; Wed, 25 Nov 2026 12:00:00 +0000
#> fileinto "weekend"
#= a Wednesday
#| Received: from x by a; Wed, 25 Nov 2026 12:00:00 +0000
#| Received: from a by b; Sat, 28 Nov 2026 12:00:00 +0000
#> keep (implicit)
