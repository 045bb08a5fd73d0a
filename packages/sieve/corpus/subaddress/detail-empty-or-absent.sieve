# RFC 5233 §4: without a detail nothing matches, an empty one is ""
require ["subaddress", "fileinto"];
if address :detail "to" "" { fileinto "empty"; }
if address :detail :matches "to" "*" { fileinto "any"; }
if address :user "to" "ken" { fileinto "ken"; }
#= absent
#| To: ken@example.com
#> fileinto "ken"
#= empty
#| To: ken+@example.com
#> fileinto "empty"
#> fileinto "any"
#> fileinto "ken"
#= the first delimiter counts
#| To: ken+a+b@example.com
#> fileinto "any"
#> fileinto "ken"
