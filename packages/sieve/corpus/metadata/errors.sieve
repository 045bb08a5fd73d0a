# Names of entries that RFC 5464 §3 has no room for, and of mailboxes; each capability has its own tests.
require "mboxmetadata";
if metadata "INBOX" "/vendor/x" "y" { keep; }
if metadata "" "/shared/x" "y" { keep; }
if metadataexists "INBOX" ["/shared/a*", "/private//b", "/shared/c/", "/shared", "/shared/d"] { keep; }
if servermetadata "/shared/x" "y" { keep; }

#! 3:21 begins with "/private/" or "/shared/"
#! 4:13 must not be empty
#! 5:28 begins with
#! 5:42 begins with
#! 5:57 begins with
#! 5:71 begins with
#! 6:4 needs require "servermetadata"
