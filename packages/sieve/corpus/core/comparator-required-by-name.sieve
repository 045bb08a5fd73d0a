# RFC 5228 §6.1: the two comparators may be required, though they need not be
require ["comparator-i;octet", "comparator-i;ascii-casemap"];
if header :is :comparator "i;ascii-casemap" "Subject" "i HAVE a present for you" { discard; }
#= message A
