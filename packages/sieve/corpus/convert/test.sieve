# RFC 6558 §2.2, §3.2: as a test, false only where a conversion failed; then nothing is changed
require ["mime", "fileinto", "convert"];
if header :mime :anychild :contenttype "Content-Type" "image/tiff"
{
  if convert "image/tiff" "image/jpeg" ["pix-x=320","pix-y=240"]
  {
    fileinto "INBOX.pics";
  }
}
#= converted and filed
#| Content-Type: image/tiff
#|
#| tiff
#& converts image/tiff image/jpeg pix-x=320,pix-y=240 JPEG
#> fileinto "INBOX.pics" (edited)
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ SlBFRw==
#= nothing to convert
#> keep (implicit)
