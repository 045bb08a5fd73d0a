# RFC 5293 §7: what refuses the message has nothing to do with how it was edited; body tests read on.
require ["editheader", "reject", "body"];
addheader "X-A-Long-Field" "that moves the body";
if body :raw :contains "secret" { reject "no"; }

#= refused
#| Subject: a
#| 
#| secret
#> reject "no"

#= kept
#| Subject: a
#| 
#| open
#> keep (implicit) (edited)
