# RFC 5183 §4: an item that is known, and one that is not
require ["environment", "fileinto", "copy"];
if environment :contains "item" "" { fileinto :copy "there"; }
if environment "phase" "DURING" { fileinto :copy "during"; }
if environment :comparator "i;octet" "phase" "DURING" { fileinto :copy "octet"; }
if environment :matches "Remote-IP" ["10.*", "192.0.2.*"] { fileinto :copy "near"; }
if environment "constructor" "" { fileinto :copy "javascript"; }
#= a delivery
#& environment phase during
#& environment remote-ip 192.0.2.5
#> fileinto :copy "during"
#> fileinto :copy "near"
#> keep (implicit)
#= empty, but known
#& environment item ""
#> fileinto :copy "there"
#> keep (implicit)
