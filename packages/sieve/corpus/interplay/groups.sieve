# RFC 5228 §5.1, RFC 5322 §3.4: members of groups are addresses, groups are none; empty groups have nobody.
require ["relational", "comparator-i;ascii-numeric", "fileinto", "copy", "index", "regex"];
if address :is "to" "friends" { fileinto :copy "never"; }
if address :is "to" ["a@example.org"] { fileinto :copy "a"; }
if address :domain "to" "example.net" { fileinto :copy "net"; }
if address :regex :localpart "to" "^[bc]$" { fileinto :copy "bc"; }
if address :index 2 "to" "a@example.org" { fileinto :copy "second field"; }
if address :count "eq" :comparator "i;ascii-numeric" "to" "3" { fileinto :copy "three"; }
if address :count "eq" :comparator "i;ascii-numeric" "to" "0" { fileinto :copy "none"; }
if exists "to" { fileinto :copy "exists"; }
discard;

#= a group with members, and others around it
#| To: Friends: Ann <a@example.org>, "B, the other" <b@example.org>; , c@example.net
#| 
#> fileinto :copy "a"
#> fileinto :copy "net"
#> fileinto :copy "bc"
#> fileinto :copy "three"
#> fileinto :copy "exists"

#= nobody
#| To: undisclosed-recipients:;
#| 
#> fileinto :copy "none"
#> fileinto :copy "exists"

#= two fields
#| To: c@example.net, b@example.net
#| To: Friends:a@example.org;
#| 
#> fileinto :copy "a"
#> fileinto :copy "net"
#> fileinto :copy "bc"
#> fileinto :copy "second field"
#> fileinto :copy "three"
#> fileinto :copy "exists"
