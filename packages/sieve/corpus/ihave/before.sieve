# RFC 5463 §4: use before the test is a run-time error
require "ihave";
fileinto "A";
if ihave "fileinto" { keep; }
#= any message
#> error 3:1 "fileinto" needs the extension "fileinto", which no "ihave" has found.
#> keep (implicit)
