# RFC 6009 §4.1: an original recipient of a domain; what is not there matches nothing
require ["envelope", "envelope-dsn", "fileinto", "copy", "variables"];

if envelope :matches "orcpt" "rfc822;*@example.com" { fileinto :copy "${1}"; }
if envelope :is ["ret", "envid"] ["hdrs", "QQ314159"] { fileinto :copy "ret or envid"; }
if envelope :matches "ENVID" "*" { fileinto :copy "envid ${1}"; }
#= all of it
#& dsn orcpt rfc822;Bob@example.com
#& dsn ret HDRS
#& dsn envid QQ314159
#> fileinto :copy "Bob"
#> fileinto :copy "ret or envid"
#> fileinto :copy "envid QQ314159"
#> keep (implicit)
#= nothing
#> keep (implicit)
