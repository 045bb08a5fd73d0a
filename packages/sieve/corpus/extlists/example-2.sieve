# RFC 6134 §2.9.2: a list of holidays
require ["extlists", "date", "enotify"];
if currentdate :list "date"
   "tag:example.com,2011-01-01:localHolidays" {
   notify "xmpp:romeo@im.example.com";
}
#= a holiday
#& list tag:example.com,2011-01-01:localHolidays 2026-11-24
#> notify :importance "2" "xmpp:romeo@im.example.com"
#> keep (implicit)
#= none
#& list tag:example.com,2011-01-01:localHolidays 2026-12-24
#> keep (implicit)
