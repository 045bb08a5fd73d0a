# RFC 5463 §4: what ihave finds may be used, all the way to the end of the script
require "ihave";
if ihave "fileinto" { fileinto "A"; }
fileinto "B";
#= any message
#> fileinto "A"
#> fileinto "B"
