# RFC 6609 §3.1, §3.4: include, return, global and the namespace need include; global needs variables too
require ["variables"];
#! 7:1 The command "include" needs require "include"
#! 8:1 The command "return" needs require "include"
#! 9:1 The command "global" needs require "include"
#! 10:9 The namespace "global" of variables needs require "include"
include "a";
return;
global "a";
set "a" "${global.a}";
