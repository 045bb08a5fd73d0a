# RFC 5235 §3.2: :percent needs spamtestplus; the value is one string.
require "spamtest";
if spamtest :percent "1" { keep; }
if spamtest ["1", "2"] { keep; }
if virustest "1" { keep; }

#! 3:4 ":percent" needs require "spamtestplus"
#! 4:13 must be a string
#! 5:4 needs require "virustest"
