# RFC 6558 §2.1, §3.4: what is filed has the conversions before it, tests see them, and the next converts what they made
require ["mime", "foreverypart", "fileinto", "redirect-dsn", "convert"];
if header :mime :anychild :contenttype "Content-Type" "image/tiff"
{
  convert "image/tiff" "image/jpeg" ["pix-x=640"];
  fileinto "INBOX.pics";
}
foreverypart
{
  if header :mime :contenttype "Content-Type" "image/jpeg"
  {
    convert "image/jpeg" "image/jpeg" ["pix-x=320"];
  }
}
if exists "Mobile-Link" { redirect "joe@mobile.example.com"; }
if header :mime :anychild :contenttype "Content-Type" "image/tiff" { fileinto "Tiff"; }
#= all of it
#| Mobile-Link: yes
#| Content-Type: image/tiff
#|
#| tiff
#& converts image/tiff image/jpeg pix-x=640 LARGE
#& converts image/jpeg image/jpeg pix-x=320 SMALL
#> fileinto "INBOX.pics" (edited)
#+ Mobile-Link: yes
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ TEFSR0U=
#> redirect "joe@mobile.example.com" (edited)
#+ Mobile-Link: yes
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ U01BTEw=
