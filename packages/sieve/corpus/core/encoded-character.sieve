# RFC 5228 §2.4.2.4: message B is discarded, since the string is "$$$"
require "encoded-character";
if header :contains "Subject" "$${hex:24 24}" {
   discard;
}
#= message B
#& message message-b
#= message A
#> keep (implicit)
