# RFC 6785 §2.2.3, §3.8: flags are those that the message has, and what is made of them is kept.
require ["imapsieve", "imap4flags"];
if hasflag "\\Answered" { removeflag ["\\Flagged", "$Todo"]; }
if hasflag "$Wrong" { setflag ""; }

#= answered
#& event \Answered \Flagged $Todo Other
#> keep :flags ["\\Answered", "Other"] (implicit)

#= none left
#& event $Wrong
#> keep (implicit)

#= as it was
#& event \Flagged
#> keep :flags "\\Flagged" (implicit)
