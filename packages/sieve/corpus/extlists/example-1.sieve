# RFC 6134 §2.9.1: more patience with people who are known
require ["envelope", "extlists", "fileinto", "spamtest",
         "relational", "comparator-i;ascii-numeric"];
if envelope :list "from" ":addrbook:default"
  { /* Known: allow high spam score */
    if spamtest :value "ge" :comparator "i;ascii-numeric" "8"
      {
        fileinto "spam";
      }
  }
elsif spamtest :value "ge" :comparator "i;ascii-numeric" "3"
  { /* Unknown: less tolerance in spam score */
    fileinto "spam";
  }
#= known
#& list urn:ietf:params:sieve:addrbook:default coyote@desert.example.org
#& spam 60
#> keep (implicit)
#= unknown
#& list urn:ietf:params:sieve:addrbook:default somebody@desert.example.org
#& spam 60
#> fileinto "spam"
