# RFC 5293 §7: an edited message is the same message; one of the two is filed.
require "editheader";
keep;
addheader "X-Flavor" "vanilla";
keep;

#= once
#| Subject: a
#| 
#> keep (edited)
#+ X-Flavor: vanilla
#+ Subject: a
#+ 
