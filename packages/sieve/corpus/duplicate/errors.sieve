# RFC 7352 §3.1: two sources, and arguments of the wrong kind
require "duplicate";
#! 7:32 cannot have both ":header" and ":uniqueid"
#! 8:23 must be a number
#! 9:14 takes no arguments
#! 10:14 has no tag ":index"
if duplicate :header "subject" :uniqueid "x" { stop; }
if duplicate :seconds "x" { stop; }
if duplicate "x" { stop; }
if duplicate :index 1 :header "x" { stop; }
