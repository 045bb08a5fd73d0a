# RFC 6134 §2.2: what stands in the list is ${0}; several values, several lists
require ["extlists", "variables", "fileinto"];
if address :localpart :list ["from", "to"] [":addrbook:a", ":addrbook:b"] { fileinto "${0} <${1}>"; }
#= the second value in the second list
#& list urn:ietf:params:sieve:addrbook:a nobody
#& list urn:ietf:params:sieve:addrbook:b roadrunner
#> fileinto "roadrunner <>"
