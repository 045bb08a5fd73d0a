# RFC 5232 §4: parts of flag names
require ["imap4flags", "fileinto", "variables", "copy"];
set "MyVar" "NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk $NotJunk";
if hasflag :contains "MyVar" "Junk" { fileinto "1"; }
if hasflag :contains "MyVar" "forward" { fileinto "2"; }
if hasflag :contains "MyVar" ["label", "forward"] { fileinto "3"; }
if hasflag :contains "MyVar" ["junk", "forward"] { fileinto "4"; }
if hasflag :contains "MyVar" "junk forward" { fileinto "5"; }
if hasflag :contains "MyVar" "forward junk" { fileinto "6"; }
if hasflag :contains "MyVar" "label" { fileinto "7"; }
if hasflag :contains "MyVar" ["label1", "label2"] { fileinto "8"; }
#= any message
#> fileinto "1"
#> fileinto "2"
#> fileinto "3"
#> fileinto "4"
#> fileinto "5"
#> fileinto "6"
