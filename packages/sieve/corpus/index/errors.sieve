# RFC 5260 §6: :last needs :index, which counts from 1
#! 8:11 The tag ":last" means nothing without ":index".
#! 9:18 Fields are counted from 1.
#! 10:4 "header" takes a list of strings (header names) and a list of strings (keys), but one is given.
#! 10:18 What follows ":index" must be a number, not a string.
#! 11:11 "exists" has no tag ":index".
require ["index"];
if header :last "X" "one" { stop; }
if header :index 0 "X" "one" { stop; }
if header :index "X" "one" { stop; }
if exists :index 1 "X" { stop; }
