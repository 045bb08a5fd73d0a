# RFC 5173 §5.1: the body as it stands, headers of its parts included
require "body";
if body :raw :contains "MAKE MONEY FAST" { discard; }
#= in the text
#| Subject: hello
#| 
#| You can make money fast!
#= in the outermost header only
#| Subject: MAKE MONEY FAST
#| 
#| hello
#> keep (implicit)
#= in the header of a part
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Description: MAKE MONEY FAST
#| 
#| hello
#| --b--
#= hidden by an encoding
#| Content-Transfer-Encoding: quoted-printable
#| 
#| MAKE=20MONEY FAST
#> keep (implicit)
