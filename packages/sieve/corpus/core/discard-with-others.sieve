# RFC 5228 §4.4: other actions still happen
require "fileinto";
discard; fileinto "A"; discard;
#= any message
#> fileinto "A"
