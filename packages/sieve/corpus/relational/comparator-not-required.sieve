# RFC 5228 §2.7.3: a comparator is required by name
#! 4:4 The comparator "i;ascii-numeric" needs require "comparator-i;ascii-numeric"; at the top of the script.
require ["relational"];
if header :value "gt" :comparator "i;ascii-numeric" "X" "5" { stop; }
