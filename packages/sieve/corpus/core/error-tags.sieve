# RFC 5228 §2.6.2, §2.7: tags unknown, doubled, conflicting, misplaced
#! 8:11 "header" has no tag ":fuzzy".
#! 9:15 "header" cannot have both ":is" and ":contains".
#! 10:22 The tag ":is" must stand before the other arguments of "header".
#! 11:11 "header" has no tag ":domain".
#! 12:22 "address" cannot have both ":domain" and ":all".
#! 13:11 The tag ":comparator" must be followed by a string.
if header :fuzzy "Subject" "a" { stop; }
if header :is :contains "Subject" "a" { stop; }
if header "Subject"  :is "a" { stop; }
if header :domain "Subject" "a" { stop; }
if address  :domain  :all "From" "a" { stop; }
if header :comparator :is "Subject" "a" { stop; }
