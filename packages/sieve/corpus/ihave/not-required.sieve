# RFC 5463 §3: the test and the command need the capability
#! 4:4 The test "ihave" needs require "ihave"
#! 4:23 The command "error" needs require "ihave"
if ihave "fileinto" { error "x"; }
