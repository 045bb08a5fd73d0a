# RFC 6609 §3.4.1: what has been set is not declared global any more
require ["include", "variables"];
set "a" "x";
global "a";
#= any message
#> error 4:1 The variable "a" has been set before it was declared global.
#> keep (implicit)
