# RFC 5260 §4.1, §4.2: the zone given, the original one, the site's; zero is positive, and Z
require ["date", "variables", "fileinto"];
if date :matches :originalzone "date" "iso8601" "*" { fileinto "${1}"; }
if date :matches "date" "iso8601" "*" { fileinto "${1}"; }
if date :matches :zone "-0000" "date" "iso8601" "*" { fileinto "${1}"; }
if date :is :zone "-0000" "date" "zone" "+0000" { fileinto "positive"; }
if currentdate :matches "iso8601" "*" { fileinto "${1}"; }
if currentdate :matches :zone "+0530" "std11" "*" { fileinto "${1}"; }
#= half an hour past nine in Adelaide
#| Date: 24 Nov 2026 21:00:00 +1030
#> fileinto "2026-11-24T21:00:00+10:30"
#> fileinto "2026-11-24T11:30:00+01:00"
#> fileinto "2026-11-24T10:30:00Z"
#> fileinto "positive"
#> fileinto "2026-11-24T10:30:05+01:00"
#> fileinto "Tue, 24 Nov 2026 15:00:05 +0530"
