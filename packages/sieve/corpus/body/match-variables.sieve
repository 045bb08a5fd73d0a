# RFC 5173 §6: wildcards in a body test set no match variables
require ["body", "fileinto", "variables"];
if header :matches "Subject" "*" { }
if body :raw :matches "*nested*" { fileinto "${1}"; }
#= the RFC's message of section 5.2
#& message nested
#> fileinto "whatever"
