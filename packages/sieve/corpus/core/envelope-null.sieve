# RFC 5228 §5.4: the null reverse-path is the empty string for every address part
require ["envelope", "fileinto"];
if envelope "from" "" { fileinto "all"; }
if envelope :localpart "from" "" { fileinto "localpart"; }
if envelope :domain "from" "" { fileinto "domain"; }
if not envelope :matches "from" "?*" { fileinto "nobody"; }
#= a bounce
#< <> ned@example.net
#> fileinto "all"
#> fileinto "localpart"
#> fileinto "domain"
#> fileinto "nobody"
#= no bounce
#> keep (implicit)
