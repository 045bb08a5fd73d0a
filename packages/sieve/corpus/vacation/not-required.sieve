# RFC 6131 §2: the tag and the action need their capabilities
require "vacation";
#! 4:10 The tag ":seconds" of "vacation" needs require "vacation-seconds"
vacation :seconds 1 "a";
