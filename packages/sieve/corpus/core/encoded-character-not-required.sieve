# RFC 5228 §2.10.5: without require the sequence is text
require "fileinto";
fileinto "${hex:40}";
#= any message
#> fileinto "${hex:40}"
