# RFC 8579 §6: where neither mailbox exists, one is made.
require "fileinto";
require "special-use";
require "mailbox";
fileinto :specialuse "\\Junk" :create "Spam";

#= both tags
#> fileinto :create :specialuse "\\Junk" "Spam"
