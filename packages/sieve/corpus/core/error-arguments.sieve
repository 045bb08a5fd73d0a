# RFC 5228 §2.6: arguments of the wrong number or type
#! 13:6 "keep" takes no arguments, but one is given.
#! 14:10 The argument "address" of "redirect" must be a string, not a number.
#! 15:10 The argument "address" of "redirect" must be a string, not a list of strings.
#! 16:1 "redirect" takes a string (address), but none is given.
#! 17:15 The argument "limit" of "size" must be a number, not a string.
#! 18:18 The argument "keys" of "header" must be a list of strings, not a number.
#! 19:4 "header" takes a list of strings (header names) and a list of strings (keys), but one is given.
#! 20:29 "header" takes a list of strings (header names) and a list of strings (keys), but 3 are given.
#! 21:4 "size" needs ":over" or ":under".
#! 22:15 "size" cannot have both ":over" and ":under".
#! 23:16 The tag ":over" is given twice.
keep "a";
redirect 5;
redirect ["a@example.com", "b@example.com"];
redirect;
if size :over "5K" { stop; }
if header "Subj" 5 { stop; }
if header "Subject" { stop; }
if header "Subject" "a"     "b" { stop; }
if size 5K { stop; }
if size :over :under 5K { stop; }
if size :over  :over 5K { stop; }
