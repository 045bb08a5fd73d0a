# RFC 5232 §4: distinct flags are counted, of several variables together
require ["imap4flags", "fileinto", "variables", "relational", "comparator-i;ascii-numeric"];
set "MyFlags" "A B a";
set "Other" "A";
if hasflag :count "ge" :comparator "i;ascii-numeric" "MyFlags" "2" { fileinto "1"; }
if hasflag :count "ge" :comparator "i;ascii-numeric" "MyFlags" "3" { fileinto "2"; }
if hasflag :count "eq" :comparator "i;ascii-numeric" ["MyFlags", "Other"] "3" { fileinto "3"; }
if hasflag :count "eq" :comparator "i;ascii-numeric" "0" { fileinto "4"; }
#= any message
#> fileinto "1"
#> fileinto "3"
#> fileinto "4"
