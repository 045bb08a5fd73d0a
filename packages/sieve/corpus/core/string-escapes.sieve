# RFC 5228 §2.4.2: \\ and \" are escapes; \a is just a
require "fileinto";
fileinto "\"q\" \\ \a";
#= any message
#> fileinto "\"q\" \\ a"
