# RFC 5463 §4: so are an unknown test, tag, match type, comparator and envelope part
require ["ihave", "envelope"];
if header :is "x" "1" { if weather "fine" { discard; } }
if header :is "x" "2" { keep :gently "very"; }
if header :is "x" "3" { if header :sounds "like" "subject" { discard; } }
if header :is "x" "4" { if header :comparator "i;klingon" "subject" "x" { discard; } }
if header :is "x" "5" { if envelope "weather" "fine" { discard; } }
#= a test
#| x: 1
#> error 3:28 "weather" is no test known here.
#> keep (implicit)
#= a tag
#| x: 2
#> error 4:25 "keep" has no tag ":gently".
#> keep (implicit)
#= a match type
#| x: 3
#> error 5:28 "header" has no tag ":sounds".
#> keep (implicit)
#= a comparator
#| x: 4
#> error 6:28 There is no comparator "i;klingon" here.
#> keep (implicit)
#= an envelope part
#| x: 5
#> error 7:28 There is no envelope part "weather".
#> keep (implicit)
#= none of them
#> keep (implicit)
