# RFC 5229 §4: names and modifiers that are none
#! 12:5 A match variable cannot be set.
#! 13:5 There is no namespace "a" of variables here.
#! 14:5 This is no name of a variable: letters, digits and "_", and no digit first.
#! 15:5 The argument "name" of "set" must not contain variables.
#! 16:12 "set" cannot have both ":upper" and ":lower".
#! 17:5 "set" has no tag ":shout".
#! 18:1 "set" takes a string (name) and a string (value), but one is given.
#! 19:10 There is no namespace "namespace" of variables here.
#! 20:10 Match variables end at ${99}.
require ["variables", "fileinto"];
set "1" "a";
set "a.b" "a";
set "a b" "a";
set "${x}" "a";
set :upper :lower "a" "b";
set :shout "a" "b";
set "a";
fileinto "${namespace.name}";
fileinto "${100}";
fileinto "${099} ${a.} ${.a} ${1a}";
