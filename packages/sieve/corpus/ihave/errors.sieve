# RFC 5463 §4: what is wrong in any case is found when the script is compiled
require ["ihave", "variables"];
#! 7:10 must not contain variables
#! 8:10 must be a string, not a number
#! 9:21 must be a list of strings
#! 10:1 takes a string (message)
if ihave "${a}" { stop; }
redirect 12;
if header "subject" 1 { stop; }
error;
