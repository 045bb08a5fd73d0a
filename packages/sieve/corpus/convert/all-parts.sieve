# RFC 6558 §3.1: all parts of a type are converted, those of others are not
require ["convert"];
convert "image/tiff" "image/jpeg" ["pix-x=320","pix-y=240"];
#= two of them, at different depths
#| Subject: pictures
#| Content-Type: multipart/mixed; boundary=b
#|
#| --b
#| Content-Type: text/plain
#|
#| look
#| --b
#| Content-Disposition: inline; filename=a.tiff
#| Content-Type: image/tiff
#| Content-Transfer-Encoding: base64
#|
#| VElGRg==
#| --b
#| Content-Type: message/rfc822
#|
#| Subject: inner
#| Content-Type: Image/TIFF; name=b
#| X-Kept: yes
#|
#| tiff
#| --b--
#& converts image/tiff image/jpeg pix-x=320,pix-y=240 JPEG
#> keep (implicit) (edited)
#+ Subject: pictures
#+ Content-Type: multipart/mixed; boundary=b
#+
#+ --b
#+ Content-Type: text/plain
#+
#+ look
#+ --b
#+ Content-Disposition: inline; filename=a.tiff
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ SlBFRw==
#+ --b
#+ Content-Type: message/rfc822
#+
#+ Subject: inner
#+ X-Kept: yes
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ SlBFRw==
#+ --b--
#= a message that is one
#| Subject: picture
#| Content-Type: image/tiff
#| MIME-Version: 1.0
#|
#| tiff
#& converts image/tiff image/jpeg pix-x=320,pix-y=240 JPEG
#> keep (implicit) (edited)
#+ Subject: picture
#+ MIME-Version: 1.0
#+ Content-Type: image/jpeg
#+ Content-Transfer-Encoding: base64
#+
#+ SlBFRw==
