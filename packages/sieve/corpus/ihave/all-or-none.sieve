# RFC 5463 §4: where one of a list is missing, none is enabled
require "ihave";
if ihave ["fileinto", "vnd.acme.rocket"] { discard; }
fileinto "A";
#= any message
#> error 4:1 "fileinto" needs the extension "fileinto", which no "ihave" has found.
#> keep (implicit)
