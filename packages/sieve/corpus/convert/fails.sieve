# RFC 6558 §2: a conversion that fails leaves the message as it was, and the script goes on
require ["fileinto", "convert"];
convert "image/tiff" "image/png" "pix-x=1";
if not convert "image/tiff" "image/jpeg" "" { fileinto "Failed"; }
#= nobody can
#| Content-Type: multipart/mixed; boundary=b
#|
#| --b
#| Content-Type: image/tiff
#|
#| one
#| --b--
#& converts image/tiff image/gif "" GIF
#> fileinto "Failed"
