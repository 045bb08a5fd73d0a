# A replacement must not end the part in which it stands.
require ["foreverypart", "mime", "replace"];
foreverypart {
    if header :mime :type "Content-Type" "text" { replace :mime text:
Content-Type: text/plain

--b
.
; }
}

#= its own delimiter
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: text/plain
#| 
#| --b--
#> error 4:51 The replacement has a line in it that would end the part in which it stands.
#> keep (implicit)
