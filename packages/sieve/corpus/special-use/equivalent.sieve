# RFC 8579 §4.2: the script that the equivalent IMAP commands are shown for.
require "fileinto";
require "special-use";
fileinto :specialuse "\\Archive" "INBOX/Archive";

#= any message
#> fileinto :specialuse "\\Archive" "INBOX/Archive"
