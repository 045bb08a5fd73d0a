# RFC 5228 §2.10.5: the tag is not there without require
#! 5:10 The tag ":create" of "fileinto" needs require "mailbox"; at the top of the script.
#! 6:4 The test "mailboxexists" needs require "mailbox"; at the top of the script.
require "fileinto";
fileinto :create "A";
if mailboxexists "A" { stop; }
