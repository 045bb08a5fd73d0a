# RFC 6009 §3: each of the four needs its capability
require ["envelope"];
#! 7:13 There is no envelope part "notify"
#! 8:13 There is no envelope part "bymode"
#! 9:10 The tag ":notify" of "redirect" needs require "redirect-dsn"
#! 10:10 The tag ":bytimerelative" of "redirect" needs require "redirect-deliverby"
if envelope "notify" "x" { stop; }
if envelope "bymode" "x" { stop; }
redirect :notify "NEVER" "a@example.com";
redirect :bytimerelative 60 "a@example.com";
