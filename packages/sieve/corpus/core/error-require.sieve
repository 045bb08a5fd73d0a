# RFC 5228 §3.2: require comes first, and names what there is
#! 7:10 The extension "FileInto" is not available here.
#! 7:22 The extension "vnd.acme.rocket-sled" is not available here.
#! 9:1 "require" must come before every other command.
#! 10:11 "require" must come at the top of the script, not inside a block.
#! 11:1 "require" must come before every other command.
require ["FileInto", "vnd.acme.rocket-sled"];
keep;
require "fileinto";
if true { require "fileinto"; }
require;
