# RFC 5293 §7: tests see the message as it is now.
require ["editheader", "fileinto"];
addheader "X-Hello" "World";
if header :contains "X-Hello" "World"
{
        fileinto "international";
}
deleteheader "Subject";
if exists "subject" { discard; }
addheader "Sender" "Ned <ned@example.org>";
if address :localpart "sender" "ned" { fileinto "ned"; }
if size :over 60 { fileinto "size"; }

#= what has been there does not matter
#| Subject: a
#| 
#| x
#> fileinto "international" (edited)
#+ X-Hello: World
#+ Subject: a
#+ 
#+ x
#> fileinto "ned" (edited)
#+ Sender: Ned <ned@example.org>
#+ X-Hello: World
#+ 
#+ x
