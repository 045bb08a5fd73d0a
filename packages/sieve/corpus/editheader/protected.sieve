# RFC 5293 §6: what may not be taken away stays, silently; Subject may be taken away and added.
require "editheader";
deleteheader "received";
deleteheader "AUTO-SUBMITTED";
deleteheader "Original-Subject";
deleteheader "Subject";
addheader "Subject" "another";

#= all of them are there
#| Received: from a by b; Tue, 1 Apr 2025 09:06:31 -0800
#| Auto-Submitted: no
#| Original-Subject: first
#| Subject: one
#| Subject: two
#| 
#> keep (implicit) (edited)
#+ Subject: another
#+ Received: from a by b; Tue, 1 Apr 2025 09:06:31 -0800
#+ Auto-Submitted: no
#+ Original-Subject: first
#+ 
