# RFC 8579 §6: the mailbox where junk is held, whatever its name.
require "fileinto";
require "special-use";
fileinto :specialuse "\\Junk" "Spam";

#= the act names both; the host chooses
#> fileinto :specialuse "\\Junk" "Spam"
