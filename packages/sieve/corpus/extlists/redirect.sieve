# RFC 6134 §2.3: with copies, and each member once; a list without members sends to nobody
require ["extlists", "copy"];
if header :is "x" "1" { redirect :list ":addrbook:empty"; stop; }
redirect :copy :list ":addrbook:one"; redirect :copy :list ":addrbook:two";
#= two lists
#& list urn:ietf:params:sieve:addrbook:one a@example.org
#& list urn:ietf:params:sieve:addrbook:two "Ann <a@EXAMPLE.org>"
#& list urn:ietf:params:sieve:addrbook:two b@example.org
#> redirect :copy "a@example.org"
#> redirect :copy "b@example.org"
#> keep (implicit)
#= nobody
#| X: 1
#& list urn:ietf:params:sieve:addrbook:empty
#> keep (implicit)
