# RFC 5490 §4.2: all entries of the server must be there.
require ["servermetadata", "fileinto", "relational", "variables"];

if servermetadataexists ["/shared/comment", "/shared/admin"] { fileinto "both"; }
if servermetadata :count "eq" "/shared/comment" "1" { fileinto "counted"; }
set "name" "shared/comment";
if servermetadata :contains "/${name}" "mail" { fileinto "contains"; }
if servermetadataexists "${name}" { fileinto "never"; }

#= both
#& server-metadata /shared/comment "A mail server"
#& server-metadata /shared/admin mailto:a@example.org
#> fileinto "both"
#> fileinto "counted"
#> fileinto "contains"

#= none
#> keep (implicit)
