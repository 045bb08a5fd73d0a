# RFC 9042 §4.1: a mailbox that is made has the name that was given, and another id.
require "fileinto";
require "mailboxid";
require "mailbox";

fileinto :mailboxid "Fnosuch"
         :create
         "INBOX.no-such-folder";
            # creates INBOX.no-such-folder, but it doesn't
            # get the "Fnosuch" mailboxid.

#= any message
#> fileinto :create :mailboxid "Fnosuch" "INBOX.no-such-folder"
