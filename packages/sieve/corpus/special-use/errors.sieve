# What is no special use, and what goes with nothing.
require ["special-use", "fileinto", "mailboxid"];
fileinto :specialuse "Junk" "A";
fileinto :specialuse ["\\Junk"] "A";
fileinto :specialuse "\\Junk" :mailboxid "F1" "A";
if specialuse_exists { keep; }

#! 3:22 A special use is written like
#! 4:22 must be a string
#! 5:31 cannot have both ":specialuse" and ":mailboxid"
#! 6:4 takes a string (mailbox) and a list of strings (special uses)
