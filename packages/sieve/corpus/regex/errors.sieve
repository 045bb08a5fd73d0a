# What is wrong with a pattern is found when the script is compiled, where it stands.
require ["regex", "comparator-i;ascii-numeric", "imap4flags"];

if header :regex "Subject" ["good", "(bad", "[a-"] { keep; }
if header :regex :comparator "i;ascii-numeric" "Subject" "1" { keep; }
if hasflag :regex "\\\\d+" { keep; }
if header :regex "Subject" "\\d+" { keep; }

#! 4:37 "(" that is not closed
#! 4:45 "[" that is not closed
#! 5:4 cannot be used with the comparator
#! 7:28 means nothing
