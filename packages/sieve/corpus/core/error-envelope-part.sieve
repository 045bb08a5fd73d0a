# RFC 5228 §5.4: unknown envelope parts are errors
#! 4:20 There is no envelope part "via".
require "envelope";
if envelope ["to", "via"] "a" { stop; }
