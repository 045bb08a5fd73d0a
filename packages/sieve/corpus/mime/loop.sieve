# RFC 5703 §3: every part, the message itself first, depth first; without :mime a test still sees the message.
require ["foreverypart", "mime", "variables", "editheader"];
set "way" "";
foreverypart {
    if header :mime :matches "X-Part" "*" { set "way" "${way} ${1}"; }
    if header :matches "X-Part" "*" { set "way" "${way}(${1})"; }
}
addheader "Way" "${way}";

#= a tree
#| X-Part: 0
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| X-Part: 1
#| Content-Type: multipart/mixed; boundary=c
#| 
#| --c
#| X-Part: 1.1
#| 
#| --c
#| X-Part: 1.2
#| 
#| --c--
#| --b
#| X-Part: 2
#| Content-Type: message/rfc822
#| 
#| X-Part: 2m
#| Content-Type: multipart/mixed; boundary=d
#| 
#| --d
#| X-Part: 2.1
#| 
#| --d--
#| --b--
#> keep (implicit) (edited)
#+ Way: 0(0) 1(0) 1.1(0) 1.2(0) 2(0) 2m(0) 2.1(0)
#+ X-Part: 0
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ --b
#+ X-Part: 1
#+ Content-Type: multipart/mixed; boundary=c
#+ 
#+ --c
#+ X-Part: 1.1
#+ 
#+ --c
#+ X-Part: 1.2
#+ 
#+ --c--
#+ --b
#+ X-Part: 2
#+ Content-Type: message/rfc822
#+ 
#+ X-Part: 2m
#+ Content-Type: multipart/mixed; boundary=d
#+ 
#+ --d
#+ X-Part: 2.1
#+ 
#+ --d--
#+ --b--

#= a single part
#| X-Part: 0
#| 
#| text
#> keep (implicit) (edited)
#+ Way: 0(0)
#+ X-Part: 0
#+ 
#+ text
