# RFC 5260 §4.2: each part of a date, in a zone of its own
require ["date", "variables", "fileinto"];
if date :matches :zone "-0130" "date" "year" "*" { fileinto "year ${1}"; }
if date :matches :zone "-0130" "date" "MONTH" "*" { fileinto "month ${1}"; }
if date :matches :zone "-0130" "date" "day" "*" { fileinto "day ${1}"; }
if date :matches :zone "-0130" "date" "date" "*" { fileinto "date ${1}"; }
if date :matches :zone "-0130" "date" "julian" "*" { fileinto "julian ${1}"; }
if date :matches :zone "-0130" "date" "hour" "*" { fileinto "hour ${1}"; }
if date :matches :zone "-0130" "date" "minute" "*" { fileinto "minute ${1}"; }
if date :matches :zone "-0130" "date" "second" "*" { fileinto "second ${1}"; }
if date :matches :zone "-0130" "date" "time" "*" { fileinto "time ${1}"; }
if date :matches :zone "-0130" "date" "iso8601" "*" { fileinto "iso8601 ${1}"; }
if date :matches :zone "-0130" "date" "std11" "*" { fileinto "std11 ${1}"; }
if date :matches :zone "-0130" "date" "zone" "*" { fileinto "zone ${1}"; }
if date :matches :zone "-0130" "date" "weekday" "*" { fileinto "weekday ${1}"; }
#= an hour and a half before midnight
#| Date: Wed, 01 Jan 2003 00:02:09 +0000
#> fileinto "year 2002"
#> fileinto "month 12"
#> fileinto "day 31"
#> fileinto "date 2002-12-31"
#> fileinto "julian 52639"
#> fileinto "hour 22"
#> fileinto "minute 32"
#> fileinto "second 09"
#> fileinto "time 22:32:09"
#> fileinto "iso8601 2002-12-31T22:32:09-01:30"
#> fileinto "std11 Tue, 31 Dec 2002 22:32:09 -0130"
#> fileinto "zone -0130"
#> fileinto "weekday 2"
