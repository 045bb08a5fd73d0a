# RFC 5228 §2.7.3: a comparator must be there
#! 3:4 There is no comparator "elbonia" here.
if header :comparator "elbonia" "Subject" "a" { stop; }
