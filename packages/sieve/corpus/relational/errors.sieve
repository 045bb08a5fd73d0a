# RFC 5231 §4: relations, comparators and match types that do not go together
#! 10:18 The relation must be "gt", "ge", "lt", "le", "eq" or "ne".
#! 11:4 "string" takes a list of strings (source) and a list of strings (keys), but one is given.
#! 11:18 The relation must be "gt", "ge", "lt", "le", "eq" or "ne".
#! 12:4 ":contains" cannot be used with the comparator "i;ascii-numeric".
#! 13:4 ":matches" cannot be used with the comparator "i;ascii-numeric".
#! 14:18 What follows ":count" must not contain variables.
#! 15:23 "string" cannot have both ":value" and ":is".
require ["relational", "comparator-i;ascii-numeric", "variables"];
if string :value "bigger" "a" "b" { stop; }
if string :value "a" "b" { stop; }
if string :contains :comparator "i;ascii-numeric" "a" "b" { stop; }
if string :matches :comparator "i;ascii-numeric" "a" "b" { stop; }
if string :count "${x}" "a" "b" { stop; }
if string :value "gt" :is "a" "b" { stop; }
