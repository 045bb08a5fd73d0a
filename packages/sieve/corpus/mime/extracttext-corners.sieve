# RFC 5703 §7: modifiers; characters, not octets; nothing of what is broken or unknown or no text.
require ["mime", "variables", "extracttext", "foreverypart", "editheader"];
foreverypart {
    if header :mime :matches "X-Part" "*" {
        extracttext :first 2 :upperfirst "x";
        addheader :last "X-${1}" "${x}";
        extracttext :length "n";
        addheader :last "N-${1}" "${n}";
    }
}
deleteheader "Content-Type";

#= many parts
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| X-Part: utf8
#| Content-Type: text/plain; charset=utf-8
#| Content-Transfer-Encoding: base64
#| 
#| 8J+YgPCfmIHwn5iC
#| --b
#| X-Part: lower
#| 
#| abc
#| --b
#| X-Part: broken
#| Content-Type: text/plain; charset=utf-8
#| Content-Transfer-Encoding: quoted-printable
#| 
#| abc=FFdef
#| --b
#| X-Part: encoding
#| Content-Transfer-Encoding: x-unknown
#| 
#| abc
#| --b
#| X-Part: charset
#| Content-Type: text/plain; charset=x-unknown
#| 
#| abc
#| --b
#| X-Part: image
#| Content-Type: image/png
#| 
#| abc
#| --b--
#> keep (implicit) (edited)
#+ X-utf8: =?utf-8?B?8J+YgPCfmIE=?=
#+ N-utf8: 3
#+ X-lower: Ab
#+ N-lower: 3
#+ X-broken: 
#+ N-broken: 0
#+ X-encoding: 
#+ N-encoding: 0
#+ X-charset: 
#+ N-charset: 0
#+ X-image: 
#+ N-image: 0
#+ 
#+ --b
#+ X-Part: utf8
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: base64
#+ 
#+ 8J+YgPCfmIHwn5iC
#+ --b
#+ X-Part: lower
#+ 
#+ abc
#+ --b
#+ X-Part: broken
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: quoted-printable
#+ 
#+ abc=FFdef
#+ --b
#+ X-Part: encoding
#+ Content-Transfer-Encoding: x-unknown
#+ 
#+ abc
#+ --b
#+ X-Part: charset
#+ Content-Type: text/plain; charset=x-unknown
#+ 
#+ abc
#+ --b
#+ X-Part: image
#+ Content-Type: image/png
#+ 
#+ abc
#+ --b--
