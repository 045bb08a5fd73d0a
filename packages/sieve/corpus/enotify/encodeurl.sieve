# RFC 5435 §6: octets that are not unreserved, before the length is taken and behind the other modifiers
require ["enotify", "variables", "fileinto"];
set :encodeurl "a" "aZ09-._~ /ü€";
set :encodeurl :length "n" "ü";
set :upper :encodeurl "u" "a b";
fileinto "${a} ${n} ${u}";
#= any message
#> fileinto "aZ09-._~%20%2F%C3%BC%E2%82%AC 6 A%20B"
