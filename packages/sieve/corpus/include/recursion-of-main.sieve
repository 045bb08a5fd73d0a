# RFC 6609 §3.1: the script that is run includes itself
require "include";
include :once "main";
include "main";
#= any message
#> error 4:1 The script "main" includes itself.
#> keep (implicit)
