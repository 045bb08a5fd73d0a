# RFC 5228 §2.1: identifiers, tags and quantifiers have no case
REQUIRE "fileinto";
If Header :CONTAINS "FROM" "Coyote" { FileInto "A"; } ELSE { Stop; }
#= message A
#> fileinto "A"
