# RFC 6134 §2.9.1: the same with a variable
require ["envelope", "extlists", "fileinto", "spamtest",
    "variables", "relational", "comparator-i;ascii-numeric"];
if envelope :list "from" ":addrbook:default" {
  set "lim" "8";  /* Known: allow high spam score */
} else {
  set "lim" "3";  /* Unknown: less tolerance in spam score */
}
if spamtest :value "ge" :comparator "i;ascii-numeric" "${lim}" {
  fileinto "spam";
}
#= known
#& list urn:ietf:params:sieve:addrbook:default coyote@desert.example.org
#& spam 60
#> keep (implicit)
#= unknown
#& list urn:ietf:params:sieve:addrbook:default x@example.org
#& spam 60
#> fileinto "spam"
