# RFC 5228 §4.4: discard goes with everything
require ["reject"];
discard; reject "b"; discard;
#= any message
#> reject "b"
