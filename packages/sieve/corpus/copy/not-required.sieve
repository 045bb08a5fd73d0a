# RFC 5228 §2.10.5: the tag is not there without require
#! 4:10 The tag ":copy" of "fileinto" needs require "copy"; at the top of the script.
require "fileinto";
fileinto :copy "incoming";
