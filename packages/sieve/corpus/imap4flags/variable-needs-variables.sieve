# RFC 5232 §3: a flag list with a name needs variables
#! 6:9 Flag lists with a name need require "variables";
#! 7:12 Flag lists with a name need require "variables";
#! 8:6 "keep" takes no arguments, but one is given.
require "imap4flags";
addflag "x" "\\Seen";
if hasflag "x" "\\Seen" { stop; }
keep "\\Seen";
