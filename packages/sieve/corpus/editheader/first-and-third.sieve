# RFC 5293 §7: each deletion sees the message that the one before has left.
require "editheader";
deleteheader :index 1 "X-Hello";
deleteheader :index 2 "X-Hello";

#= three
#| X-Hello: 1
#| X-Hello: 2
#|  folded
#| Subject: a
#| X-Hello: 3
#| X-Hello: 4
#| 
#> keep (implicit) (edited)
#+ X-Hello: 2
#+  folded
#+ Subject: a
#+ X-Hello: 4
#+ 
