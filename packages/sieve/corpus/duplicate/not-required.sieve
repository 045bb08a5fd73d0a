# RFC 7352 §4: the test needs the capability
#! 3:4 The test "duplicate" needs require "duplicate"
if duplicate { discard; }
