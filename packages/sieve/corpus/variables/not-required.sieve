# RFC 5228 §2.10.5: without require a reference is text
require ["fileinto"];
fileinto "${company}";
#= any message
#> fileinto "${company}"
