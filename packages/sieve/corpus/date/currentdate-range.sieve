# RFC 5260 §5.1: a range of days
require ["date", "relational"];
if allof(currentdate :value "ge" "date" "2026-11-20",
         currentdate :value "le" "date" "2026-11-30")
{ discard; }
#= within
