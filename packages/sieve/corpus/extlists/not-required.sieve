# RFC 6134 §2.1: match type, tag and test need the capability
#! 5:11 The match type ":list" needs require "extlists"
#! 6:10 The tag ":list" of "redirect" needs require "extlists"
#! 7:4 The test "valid_ext_list" needs require "extlists"
if header :list "subject" ":addrbook:default" { stop; }
redirect :list "a@example.org";
if valid_ext_list "x" { stop; }
