# RFC 6558 §2, §3.3: in a loop, only the part that the loop is at
require ["mime", "foreverypart", "convert"];
foreverypart
{
  if header :mime :param "filename" :contains "Content-Disposition" "small"
  {
    convert "image/tiff" "image/jpeg" ["pix-x=320"];
  }
}
#= one of two
#| Content-Type: multipart/mixed; boundary=b
#|
#| --b
#| Content-Type: image/tiff
#| Content-Disposition: inline; filename=large
#|
#| one
#| --b
#| Content-Type: image/tiff
#| Content-Disposition: inline; filename=small
#|
#| two
#| --b--
#& converts image/tiff image/jpeg pix-x=320 JPEG
#> keep (implicit) (edited)
#+ Content-Type: multipart/mixed; boundary=b
#+
#+ --b
#+ Content-Type: image/tiff
#+ Content-Disposition: inline; filename=large
#+
#+ one
#+ --b
#+ Content-Disposition: inline; filename=small
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ SlBFRw==
#+ --b--
