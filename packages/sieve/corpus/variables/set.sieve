# RFC 5229 §4: variables without case, in a text of several lines
require ["variables", "reject"];
set "honorific"  "Mr";
set "first_name" "Wile";
set "last_name"  "Coyote";
set "vacation" text:
Dear ${HONORIFIC} ${last_name},
I'm out, please leave a message after the meep.
.
;
reject "${Vacation}";
#= any message
#> reject "Dear Mr Coyote,↵I'm out, please leave a message after the meep.↵"
