# RFC 5703 §4.1: images at the top level.
require ["mime", "fileinto"];
if header :mime :type "Content-Type" "image"
{
    fileinto "INBOX.images";
}

#= an image
#| Content-Type: Image/PNG; name=x
#| 
#> fileinto "INBOX.images"

#= an image inside
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: image/png
#| 
#| --b--
#> keep (implicit)
