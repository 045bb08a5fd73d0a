# RFC 5260 §5: the count is always 1
require ["date", "relational", "comparator-i;ascii-numeric"];
if currentdate :count "eq" :comparator "i;ascii-numeric" "year" "1" { discard; }
#= now
