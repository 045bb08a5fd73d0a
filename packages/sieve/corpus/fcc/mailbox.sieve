# RFC 8580 §3: the mailbox is one that fileinto could have
require ["vacation", "fcc", "variables", "mailboxid"];
set "m" "";
if header :is "x" "1" { vacation :fcc "${m}" "a"; }
else { vacation :mailboxid "F1" :fcc "Sent" "a"; }
#= none
#| X: 1
#| To: roadrunner@acme.example.com
#> error 4:25 The name of a mailbox must not be empty.
#> keep (implicit)
#= one by its id
#| To: roadrunner@acme.example.com
#> vacation :seconds 604800 :subject "Automated reply" :mailboxid "F1" :fcc "Sent" "a" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
