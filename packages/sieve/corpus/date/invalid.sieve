# RFC 5260 §4: what is no date-time matches nothing
require ["date", "relational", "comparator-i;ascii-numeric", "fileinto"];
if date :matches "date" "year" "*" { fileinto "a date"; }
if date :count "eq" :comparator "i;ascii-numeric" "date" "year" "0" { fileinto "none"; }
if date :count "eq" :comparator "i;ascii-numeric" "date" "year" "1" { fileinto "one"; }
#= a good one
#| Date: Tue, 24 Nov 2026 09:30:05 +0000
#> fileinto "a date"
#> fileinto "one"
#= a zone by name, no seconds, no weekday
#| Date: 24 Nov 2026 09:30 EST
#> fileinto "a date"
#> fileinto "one"
#= absent
#| Subject: x
#> fileinto "none"
#= January 32nd
#| Date: Tue, 32 Jan 2026 09:30:05 +0000
#> fileinto "none"
#= February 29 in a year that is no leap year
#| Date: Sun, 29 Feb 2026 09:30:05 +0000
#> fileinto "none"
#= an hour that is none
#| Date: Tue, 24 Nov 2026 25:30:05 +0000
#> fileinto "none"
#= no time
#| Date: Tue, 24 Nov 2026
#> fileinto "none"
#= no zone
#| Date: Tue, 24 Nov 2026 09:30:05
#> fileinto "none"
#= nonsense
#| Date: yesterday
#> fileinto "none"
