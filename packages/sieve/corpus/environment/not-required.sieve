# RFC 5183 §3: the test needs the capability
#! 3:4 The test "environment" needs require "environment"
if environment "name" "x" { discard; }
