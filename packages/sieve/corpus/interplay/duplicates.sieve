# RFC 5228 §2.10.3: once a mailbox and once an address, whatever else differs; the last one's flags and text count.
require ["fileinto", "copy", "mailbox", "imap4flags", "editheader"];
fileinto :copy "A";
fileinto :create "A";
addheader "X" "1";
fileinto :flags "late" "A";
keep :flags "first";
fileinto :flags "second" "inbox";
redirect "Ned@Example.org";
redirect :copy "Ned@EXAMPLE.ORG";
redirect "ned@example.org";

#= what is left
#| Subject: a
#| 
#> fileinto :copy :create :flags "late" "A" (edited)
#+ X: 1
#+ Subject: a
#+ 
#> keep :flags "second" (edited)
#+ X: 1
#+ Subject: a
#+ 
#> redirect "Ned@Example.org" (edited)
#+ X: 1
#+ Subject: a
#+ 
#> redirect "ned@example.org" (edited)
#+ X: 1
#+ Subject: a
#+ 
