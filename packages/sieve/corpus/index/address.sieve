# RFC 5260 §6: fields are counted, not addresses
require ["index", "fileinto"];
if address :index 2 :localpart "To" "c" { fileinto "field"; }
if address :index 2 :localpart "To" "b" { fileinto "address"; }
#= two fields, three addresses
#| To: a@example.com, b@example.com
#| To: c@example.com
#> fileinto "field"
