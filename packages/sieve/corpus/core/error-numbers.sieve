# RFC 5228 §2.4.1: what is no number
#! 6:15 "100kb" is no number: only K, M or G may follow the digits.
#! 7:15 The number 9999999999999G is too large.
#! 8:15 "-" cannot stand here.
if size :over 0 { stop; }
if size :over 100kb { stop; }
if size :over 9999999999999G { stop; }
if size :over -5 { stop; }
