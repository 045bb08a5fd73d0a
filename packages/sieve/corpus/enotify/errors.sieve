# RFC 5435 §3: what is found when the script is compiled
require ["enotify"];
#! 7:20 The importance is "1", "2" or "3"
#! 8:17 An option is written like "name=value"
#! 9:1 takes a string (method)
#! 10:4 takes a string (uri), a string (capability) and a list of strings (keys)
notify :importance "4" "mailto:a@example.org";
notify :options "x" "mailto:a@example.org";
notify;
if notify_method_capability "mailto:" "online" { stop; }
