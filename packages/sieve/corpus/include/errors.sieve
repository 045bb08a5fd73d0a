# RFC 6609 §3.2: constant names, one location, names that can be none
require ["include", "variables"];
#! 15:9 must not contain variables
#! 16:19 cannot have both ":personal" and ":global"
#! 17:9 must not be empty
#! 18:9 must not contain control characters
#! 19:1 takes a string (script)
#! 20:8 without a namespace
#! 21:8 cannot be set
#! 22:8 must not contain variables
#! 23:5 is no name of a variable that scripts share
#! 24:5 is no name of a variable that scripts share
#! 25:9 no name of a variable that scripts share
#! 26:5 There is no namespace "vnd" of variables
include "${a}";
include :personal :global "a";
include "";
include "a	b";
include;
global "global.a";
global "1";
global "${a}";
set "global.12" "value";
set "global.data.from" "me@example.com";
set "a" "${global.12}";
set "vnd.acme" "x";
