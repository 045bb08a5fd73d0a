# RFC 6134 §2.5: names that are the same, and names that are not
require ["extlists", "fileinto", "copy"];
if header :list "subject" ":addrbook:default" { fileinto :copy "1"; }
if header :list "subject" ":ADDRBOOK:DEFAULT" { fileinto :copy "2"; }
if header :list "subject" ":aDdRbOOk:DeFauLt" { fileinto :copy "3"; }
if header :list "subject" ":AddrBook:%44%65%66ault" { fileinto :copy "4"; }
if header :list "subject" "URN:IETF:params:sieve:addrbook:default" { fileinto :copy "5"; }
if header :list "subject" ":addrbook:Friends" { fileinto :copy "Friends"; }
if header :list "subject" ":addrbook:%46riends" { fileinto :copy "Friends again"; }
if not valid_ext_list ":addrbook:friends" { fileinto :copy "no friends"; }
if valid_ext_list [":addrbook:default", ":addrbook:Friends"] { fileinto :copy "both"; }
if valid_ext_list ["no list", ":", "a b:c", "x"] { discard; }
#= in all of them
#& list urn:ietf:params:sieve:addrbook:default hello
#& list urn:ietf:params:sieve:addrbook:Friends hello
#| Subject:   hello 
#> fileinto :copy "1"
#> fileinto :copy "2"
#> fileinto :copy "3"
#> fileinto :copy "4"
#> fileinto :copy "5"
#> fileinto :copy "Friends"
#> fileinto :copy "Friends again"
#> fileinto :copy "no friends"
#> fileinto :copy "both"
#> keep (implicit)
