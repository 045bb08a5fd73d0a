# RFC 5232 §4: the internal variable has A and B
require ["imap4flags", "fileinto"];
setflag "A B";
if hasflag :is "b A" { fileinto "1"; }
if hasflag ["b","A"] { fileinto "2"; }
if hasflag "C" { fileinto "3"; }
if hasflag ["", " "] { fileinto "4"; }
#= any message
#> fileinto :flags ["A", "B"] "1"
#> fileinto :flags ["A", "B"] "2"
