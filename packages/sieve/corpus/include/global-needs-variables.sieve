# RFC 6609 §3.4.1: global needs variables too
require ["include"];
#! 4:1 "global" needs require "variables"
global "a";
