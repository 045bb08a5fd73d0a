# RFC 5228 §3.3: stop ends all, from within a block too
require "fileinto";
if true { if true { stop; discard; } fileinto "never"; }
discard;
#= any message
#> keep (implicit)
