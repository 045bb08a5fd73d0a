# Two modifiers of one precedence exclude each other (RFC 5229 §4.1).
require ["regex", "variables"];
set :quoteregex :quotewildcard "a" "b";

#! 3:17 cannot have both ":quoteregex" and ":quotewildcard"
