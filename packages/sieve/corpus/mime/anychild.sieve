# RFC 5703 §4.1: HTML anywhere.
require ["mime", "fileinto"];
if header :mime :anychild :contenttype
          "Content-Type" "text/html"
{
    fileinto "INBOX.html";
}

#= deep inside
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: multipart/alternative; boundary=c
#| 
#| --c
#| 
#| --c
#| Content-Type: text/HTML; charset=utf-8
#| 
#| --c--
#| --b--
#> fileinto "INBOX.html"

#= at the top
#| Content-Type: text/html
#| 
#> fileinto "INBOX.html"

#= in an attached message
#| Content-Type: message/rfc822
#| 
#| Content-Type: text/html
#| 
#> fileinto "INBOX.html"

#= nowhere
#| Content-Type: multipart/html; boundary=b
#| 
#| --b
#| Content-Type: text/plain
#| 
#| --b--
#> keep (implicit)
