# RFC 6609 §3.1: a script that includes itself, by another one
require "include";
include "a";
#= any message
#& script personal a a.inc
#& script personal b b.inc
#> error b 4:1 The script "a" includes itself.
#> keep (implicit)
