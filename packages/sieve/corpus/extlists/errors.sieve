# RFC 6134 §2.2, §2.3: no comparator with a list, and names that are none
require ["extlists"];
#! 6:4 ":list" goes with no comparator
#! 7:16 The name of a list is a URI
#! 8:10 This is no address to send to
if header :list :comparator "i;octet" "subject" ":addrbook:default" { stop; }
redirect :list "a@example.org";
redirect ":addrbook:default";
