# RFC 5228 §2.10.6, RFC 5293 §7: after an error nothing was done, and the message is kept as it came in.
require ["fileinto", "editheader", "imap4flags", "replace", "variables", "enotify"];
addheader "X" "y";
setflag "flag";
replace "text";
fileinto "A";
notify "mailto:a@example.org";
redirect "${nobody}";

#= whatever came before
#| Subject: a
#| 
#> error 8:1 The address to redirect to is none.
#> keep (implicit)
