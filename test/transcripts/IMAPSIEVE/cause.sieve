# Tells in a keyword what has started it, and which flags were changed.
require ["environment", "imap4flags", "imapsieve", "variables"];
if environment :matches "imap.cause" "*" { set "cause" "${1}"; }
if environment :matches "imap.changedflags" "*" { set "changed" "${1}"; }
if string :matches "${changed}" "*\\\\*" { set "changed" "${1}${2}"; }
addflag "${cause}${changed}";
