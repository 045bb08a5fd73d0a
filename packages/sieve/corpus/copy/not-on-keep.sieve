# RFC 3894 §3: keep has no such tag
#! 4:6 "keep" has no tag ":copy".
require "copy";
keep :copy;
