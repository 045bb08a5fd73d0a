# RFC 5229 §3: variables in lists of names and keys
require ["variables"];
set "field" "Subject";
set "what" "present";
if header :contains ["${field}", "X"] ["nothing", "${what}"] { discard; }
#= message A
