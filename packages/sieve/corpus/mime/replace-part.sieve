# RFC 5703 §9.1: executable attachments are replaced.
require [ "foreverypart", "mime", "replace" ];
foreverypart
{
  if anyof (
         header :mime :contenttype :is
           "Content-Type" "application/exe",
         header :mime :param "filename"
           :matches ["Content-Type", "Content-Disposition"] "*.com" )
  {
    replace "Executable attachment removed by user filter";
  }
}

#= two of three
#| Subject: a
#| Content-Type: multipart/mixed; boundary=b
#| 
#| before
#| --b
#| Content-Type: application/exe
#| Content-Transfer-Encoding: base64
#| 
#| AAAA
#| --b
#| Content-Type: text/plain
#| 
#| kept
#| --b
#| Content-Disposition: attachment; filename="x.com"
#| 
#| bad
#| --b--
#| after
#> keep (implicit) (edited)
#+ Subject: a
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ before
#+ --b
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ Executable attachment removed by user filter
#+ --b
#+ Content-Type: text/plain
#+ 
#+ kept
#+ --b
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ Executable attachment removed by user filter
#+ --b--
#+ after

#= the message itself
#| Subject: a
#| Content-Type: application/exe
#| 
#| AAAA
#> keep (implicit) (edited)
#+ Subject: a
#+ MIME-Version: 1.0
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ Executable attachment removed by user filter
