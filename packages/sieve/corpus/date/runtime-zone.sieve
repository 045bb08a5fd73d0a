# RFC 5229 §3: a zone out of a variable is judged when the script runs
require ["date", "variables"];
set "zone" "CET";
if date :zone "${zone}" "date" "year" "2026" { stop; }
#= a date
#| Date: Tue, 24 Nov 2026 09:30:05 +0000
#> error 4:4 A time zone is written as a sign and four digits, such as "+0100".
#> keep (implicit)
