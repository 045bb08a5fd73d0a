# RFC 5703 §5: replacing a multipart takes its parts away at once; a message inside keeps its own fields.
require ["foreverypart", "mime", "replace", "variables", "editheader"];
set "seen" "";
foreverypart {
    if header :mime :matches "X-Part" "*" { set "seen" "${seen}${1} "; }
    if header :mime "X-Part" ["1", "2m"] { replace "gone"; }
}
addheader "Seen" "${seen}";

#= a tree
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| X-Part: 1
#| Content-Type: multipart/mixed; boundary=c
#| 
#| --c
#| X-Part: 1.1
#| 
#| --c--
#| --b
#| Content-Type: message/rfc822
#| 
#| Subject: inner
#| X-Part: 2m
#| Content-Type: multipart/mixed; boundary=d
#| 
#| --d
#| X-Part: 2.1
#| 
#| --d--
#| --b
#| X-Part: 3
#| 
#| --b--
#> keep (implicit) (edited)
#+ Seen: 1 2m 3
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ --b
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ gone
#+ --b
#+ Content-Type: message/rfc822
#+ 
#+ Subject: inner
#+ X-Part: 2m
#+ MIME-Version: 1.0
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ gone
#+ --b
#+ X-Part: 3
#+ 
#+ --b--
