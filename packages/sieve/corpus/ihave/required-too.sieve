# RFC 5463 §4: what is required is found, and may be used before that
require ["ihave", "fileinto", "variables"];
fileinto "A";
if ihave ["fileinto", "variables"] { set "a" "B"; fileinto "${a}"; }
#= any message
#> fileinto "A"
#> fileinto "B"
