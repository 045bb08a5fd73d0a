# RFC 8580 §1: the tag needs the capability
require ["vacation"];
#! 4:10 The tag ":fcc" of "vacation" needs require "fcc"
vacation :fcc "a" "b";
