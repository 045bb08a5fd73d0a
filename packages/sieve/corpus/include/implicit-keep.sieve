# RFC 6609 §3.1: what included scripts do counts for the implicit keep
require "include";
include "flags";
#= any message
#& script personal flags flags.inc
#> keep :flags "\\Seen" (implicit)
