# RFC 5703 §4.3: a checksum anywhere.
require ["mime", "fileinto"];
if exists :mime :anychild "content-md5"
{
    fileinto "INBOX.md5";
}
if exists "content-md5" { fileinto "top"; }
if exists :mime :anychild ["content-md5", "content-id"] { fileinto "both"; }

#= in two parts
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-MD5: x
#| 
#| --b
#| Content-ID: <a@b>
#| 
#| --b--
#> fileinto "INBOX.md5"
#> fileinto "both"

#= at the top
#| Content-MD5: x
#| 
#> fileinto "INBOX.md5"
#> fileinto "top"
