# Both the test and the tag need the extension.
require "fileinto";
if specialuse_exists "\\Junk" { fileinto :specialuse "\\Junk" "A"; }

#! 3:4 needs require "special-use"
#! 3:42 needs require "special-use"
