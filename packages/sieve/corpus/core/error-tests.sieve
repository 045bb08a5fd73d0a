# RFC 5228 §2.5, §3.1: tests where they belong, in the shape they have
#! 9:1 "if" needs a test.
#! 10:4 "not" takes a single test, without parentheses; "allof" and "anyof" join several.
#! 11:4 The tests of "allof" must stand in parentheses.
#! 12:4 "anyof" needs tests in parentheses, such as (true, false).
#! 13:6 "keep" takes no test; is a ";" or a quote missing before it?
#! 14:1 "if" needs a block: { … }
#! 15:1 "keep" takes no block; it must end with ";".
if { stop; }
if not (true) { stop; }
if allof true { stop; }
if anyof { stop; }
keep true;
if true;
keep { stop; }
