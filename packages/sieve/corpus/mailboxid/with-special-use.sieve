# RFC 9042 §4.2: not both in one command.
require ["fileinto", "mailboxid", "special-use"];
fileinto :mailboxid "F1" :specialuse "\\Junk" "A";

#! 3:26 cannot have both ":mailboxid" and ":specialuse"
