# RFC 5228 §2.10.5: what is not required is not there
#! 4:1 The command "fileinto" needs require "fileinto"; at the top of the script.
#! 5:4 The test "envelope" needs require "envelope"; at the top of the script.
fileinto "A";
if envelope "from" "" { stop; }
