# RFC 6009 §4 to §7: parts of what is no address, and arguments that are none
require ["envelope", "envelope-dsn", "envelope-deliverby", "redirect-dsn", "redirect-deliverby"];
#! 12:4 "orcpt" holds no address
#! 13:4 "bymode" holds no address
#! 14:19 A time zone is written like
#! 15:18 The conditions are "NEVER", or some of
#! 16:15 What is returned is "FULL" or "HDRS"
#! 17:10 The tag ":bymode" means nothing without ":bytimerelative" or ":bytimeabsolute"
#! 18:26 A time is written like
#! 19:29 cannot have both ":bytimerelative" and ":bytimeabsolute"
#! 20:37 The mode is "notify" or "return"
if envelope :domain "orcpt" "x" { stop; }
if envelope :all ["bymode", "from"] "x" { stop; }
if envelope :zone "Z" "bytimeabsolute" "x" { stop; }
redirect :notify "NEVER,DELAY" "a@example.com";
redirect :ret "some" "a@example.com";
redirect :bymode "notify" "a@example.com";
redirect :bytimeabsolute "tomorrow" "a@example.com";
redirect :bytimerelative 60 :bytimeabsolute "2026-11-24T22:00:00Z" "a@example.com";
redirect :bytimerelative 60 :bymode "never" "a@example.com";
