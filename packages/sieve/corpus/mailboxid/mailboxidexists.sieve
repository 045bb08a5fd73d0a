# RFC 9042 §6: the test, before filing.
require "fileinto";
require "mailboxid";

if header :contains ["from"] "coyote" {
    if mailboxidexists "F6352ae03-b7f5-463c-896f-d8b48ee3" {
        fileinto :mailboxid "F6352ae03-b7f5-463c-896f-d8b48ee3"
                            "INBOX.name.will.not.be.used";
    } else {
        fileinto "INBOX.harassment";
    }
}

#= it exists
#& mailboxid F6352ae03-b7f5-463c-896f-d8b48ee3 Acme
#> fileinto :mailboxid "F6352ae03-b7f5-463c-896f-d8b48ee3" "INBOX.name.will.not.be.used"

#= it does not
#> fileinto "INBOX.harassment"
