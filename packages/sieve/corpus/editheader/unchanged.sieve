# RFC 5293 §7: adding and deleting leaves the message as it was.
require "editheader";
addheader "X-Hello" "World";
deleteheader :index 1 "X-Hello";

#= any message
#| Subject: a
#| X-Hello: there
#| 
#| x
#> keep (implicit) (edited)
#+ Subject: a
#+ X-Hello: there
#+ 
#+ x
