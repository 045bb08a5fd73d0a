# RFC 5463 §5: error ends the script, and its message is told
require ["ihave", "fileinto", "copy", "variables"];
fileinto :copy "A";
set "what" "Grüße";
if ihave ["vnd.acme.rocket"] { discard; } else { error "no rockets: ${what}"; }
#= any message
#> error 5:50 no rockets: Grüße
#> keep (implicit)
