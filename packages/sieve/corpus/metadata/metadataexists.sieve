# RFC 5490 §3.4: all entries must be there, whatever their value.
require ["mboxmetadata", "fileinto"];

if metadataexists "Lists" ["/shared/comment", "/private/comment"] { fileinto "both"; }
if metadataexists "Lists" "/shared/comment" { fileinto "shared"; }
if metadataexists "L\"ists" "/shared/comment" { fileinto "never"; }

#= both
#& metadata Lists /shared/comment ""
#& metadata Lists /private/comment x
#> fileinto "both"
#> fileinto "shared"

#= one
#& metadata Lists /shared/comment ""
#> fileinto "shared"

#= none
#> keep (implicit)
