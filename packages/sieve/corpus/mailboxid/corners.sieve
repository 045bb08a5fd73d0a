# Every id must exist; what can be no id is none; ids may hold variables (RFC 9042 §7).
require ["fileinto", "mailboxid", "variables"];

set "id" "F1";
if mailboxidexists ["${id}", "F2"] { fileinto "both"; }
if mailboxidexists ["F1", "not an id", "F2"] { fileinto "never"; }
fileinto :mailboxid "${id}2" "A";
fileinto :mailboxid "no id" "B";

#= both exist
#& mailboxid F1 One
#& mailboxid F2 Two
#> fileinto "both"
#> fileinto :mailboxid "F12" "A"
#> fileinto "B"

#= one exists
#& mailboxid F1 One
#> fileinto :mailboxid "F12" "A"
#> fileinto "B"
