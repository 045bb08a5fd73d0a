# RFC 5173 §5: one transform, and what it takes
#! 7:14 "body" cannot have both ":raw" and ":text".
#! 8:9 The tag ":content" must be followed by a list of strings.
#! 9:4 "body" takes a list of strings (keys), but none is given.
#! 10:35 "body" has no tag ":localpart".
require "body";
if body :raw :text "a" { stop; }
if body :content :contains "a" { stop; }
if body :content "text" { stop; }
if body :content "text" :contains :localpart "a" { stop; }
