# RFC 6609 §3.3: return ends the included script, stop ends all
require ["include", "fileinto", "copy"];
include "returning";
fileinto :copy "outside";
include "stopping";
fileinto :copy "never";
#= any message
#& script personal returning return.inc
#& script personal stopping stop.inc
#> fileinto :copy "before"
#> fileinto :copy "outside"
#> keep (implicit)
