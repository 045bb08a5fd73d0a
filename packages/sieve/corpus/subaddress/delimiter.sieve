# RFC 5233 §4: the site says what the delimiter is
require ["subaddress", "fileinto"];
if address :detail "to" "filters" { fileinto "detail"; }
if address :user "to" "ken" { fileinto "user"; }
#= two characters
#& delimiter --
#| To: ken--filters@example.com
#> fileinto "detail"
#> fileinto "user"
#= another
#& delimiter -
#| To: ken+filters@example.com
#> keep (implicit)
