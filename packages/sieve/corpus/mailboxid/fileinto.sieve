# RFC 9042 §4: file by the id, and by the name where it is gone.
require "fileinto";
require "mailboxid";

if header :contains ["from"] "coyote" {
    fileinto :mailboxid "F6352ae03-b7f5-463c-896f-d8b48ee3"
             "INBOX.harassment";
}

#= from the coyote
#> fileinto :mailboxid "F6352ae03-b7f5-463c-896f-d8b48ee3" "INBOX.harassment"

#= from another
#| From: roadrunner@acme.example.com
#| 
#> keep (implicit)
