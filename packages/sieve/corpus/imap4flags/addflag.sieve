# RFC 5232 §3.2: four ways to add two flags
require ["imap4flags", "variables", "fileinto"];
addflag "a" "\\Deleted"; addflag "a" "\\Answered";
addflag "b" ["\\Deleted", "\\Answered"];
addflag "c" "\\Deleted \\Answered";
addflag "d" "\\Answered \\Deleted";
if allof (hasflag "a" "\\Answered", hasflag "b" "\\Answered", hasflag "c" "\\Answered", hasflag "d" "\\Answered",
          hasflag "a" "\\Deleted", hasflag "b" "\\deleted", hasflag "c" "\\DELETED", hasflag "d" "\\Deleted") { discard; }
#= any message
