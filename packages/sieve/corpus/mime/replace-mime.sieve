# RFC 5703 §5: an entity with its own header; the loop under way does not go into what it brings, a later one does.
require ["foreverypart", "mime", "replace", "variables", "editheader"];
set "first" "";
foreverypart {
    if header :mime :type "Content-Type" "text" {
        replace :mime text:
Content-Type: multipart/mixed; boundary=i

--i
Content-Type: text/html

new
--i--
.
;
    }
    if header :mime :matches "Content-Type" "*;*" { set "first" "${first} ${1}"; }
}
set "second" "";
foreverypart { if header :mime :contenttype :matches "Content-Type" "*" { set "second" "${second} ${1}"; } }
addheader "First" "${first}";
addheader "Second" "${second}";

#= a part of two
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: text/plain; a=b
#| 
#| old
#| --b
#| Content-Type: image/png; a=b
#| 
#| --b--
#> keep (implicit) (edited)
#+ Second: multipart/mixed multipart/mixed text/html image/png
#+ First: multipart/mixed multipart/mixed image/png
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ --b
#+ Content-Type: multipart/mixed; boundary=i
#+ 
#+ --i
#+ Content-Type: text/html
#+ 
#+ new
#+ --i--
#+ 
#+ --b
#+ Content-Type: image/png; a=b
#+ 
#+ --b--
