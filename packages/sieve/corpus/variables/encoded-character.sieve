# RFC 5229 §3.1: encoded characters go before variables
require ["encoded-character", "variables"];
set "name" "Ethelbert";
if header :contains "Subject" "dear${hex:20 24 7b 4e}ame}" { discard; }
#= dear Ethelbert
#| Subject: My dear Ethelbert!
#= message A
#> keep (implicit)
