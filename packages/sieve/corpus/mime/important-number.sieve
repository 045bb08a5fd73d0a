# RFC 5703 §4.1: the same, with the number as the grammar has it.
require ["mime", "foreverypart", "fileinto"];
foreverypart
{
    if allof (
      header :mime :param "filename" :contains
         "Content-Disposition" "important",
      header :mime :subtype "Content-Type" "pdf",
      size :over 100K)
    {
        fileinto "INBOX.important";
        break;
    }
}

#= all of it, in one part
#& octets 102401
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: application/pdf
#| Content-Disposition: attachment; filename*0="very "; filename*1*=utf-8''important.pdf
#| 
#| --b--
#> fileinto "INBOX.important"

#= in two parts
#& octets 102401
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: application/pdf
#| 
#| --b
#| Content-Disposition: attachment; filename=important
#| 
#| --b--
#> keep (implicit)
