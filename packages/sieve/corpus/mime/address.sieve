# RFC 5703 §4.2: any field of a part, read as addresses.
require ["mime", "fileinto"];
if address :mime :is :all "content-from" "tim@example.com"
{
    fileinto "INBOX.part-from-tim";
}
if address :mime :anychild :domain "Content-From" "parts.example" { fileinto "part"; }

#= at the top
#| Content-From: Tim <tim@example.com>
#| 
#> fileinto "INBOX.part-from-tim"

#= in a part
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-From: a@x.example, group: b@parts.example;
#| 
#| --b--
#> fileinto "part"
