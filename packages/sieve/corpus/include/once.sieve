# RFC 6609 §3.2: :once, wherever the script was included before
require "include";
include "once";
include :once "once";
include :once :global "once";
include "once";
#= any message
#& script personal once once.inc
#& script global once once.inc
#> fileinto :copy "x"
#> fileinto :copy "xx"
#> fileinto :copy "xxx"
#> keep (implicit)
