# RFC 5228 §2.10.3: the same act twice is one; a mailbox by its use and the same by its name are the host's to tell apart.
require ["fileinto", "special-use"];
fileinto :specialuse "\\Junk" "Spam";
fileinto :specialuse "\\Junk" "Spam";
fileinto "Spam";

#= any message
#> fileinto :specialuse "\\Junk" "Spam"
#> fileinto "Spam"
