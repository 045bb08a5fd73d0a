# RFC 5173 §5.2: any text part with one of two words
require ["body", "fileinto"];
if body :content "text" :contains ["missile", "coordinates"] { fileinto "secrets"; }
#= encoded
#| Content-Type: text/plain; charset=iso-8859-1
#| Content-Transfer-Encoding: base64
#| 
#| VGhlIE1pc3NpbGU=
#> fileinto "secrets"
#= no text
#| Content-Type: application/octet-stream
#| 
#| missile
#> keep (implicit)
