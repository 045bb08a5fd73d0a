# RFC 8579 §6: what is moved into a mailbox for junk. The example has ":contains" where it means ":matches".
require "imapsieve";
require "special-use";
require "environment";
require "variables";

if environment :matches "imap.mailbox" "*" {
    set "mailbox" "${1}";
}

if allof(
    environment "imap.cause" "COPY",
    specialuse_exists "${mailbox}" "\\Junk") {
    redirect "spam-report@example.org";
}

#= into it
#& event
#& environment imap.cause COPY
#& environment imap.mailbox Spam
#& special-use \Junk Spam
#> redirect "spam-report@example.org"

#= into another
#& event
#& environment imap.cause COPY
#& environment imap.mailbox INBOX
#& special-use \Junk Spam
#> keep (implicit)
