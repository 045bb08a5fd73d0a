# RFC 5703 §9.3: text of the boss's messages. The example requires no foreverypart, which it must; filing stands for telling.
require ["mime", "variables", "extracttext", "foreverypart", "fileinto"];

if header :contains "from" "boss@example.org"
{
  # :matches is used to get the value of the Subject header
  if header :matches "Subject" "*"
  {
    set "subject" "${1}";
  }

  # extract the first 100 characters of the first text/* part
  foreverypart
  {
    if header :mime :type :is "Content-Type" "text"
    {
      extracttext :first 100 "msgcontent";
      break;
    }
  }

  # if it's not a 'for your information' message
  if not header :contains "subject" "FYI:"
  {
    # do something using ${subject} and ${msgcontent}
    # such as sending a notification using a
    # notification extension
    fileinto "${subject}: ${msgcontent}";
  }
}

#= in quoted-printable and another charset
#| From: boss@example.org
#| Subject: Work
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| Content-Type: image/png
#| 
#| --b
#| Content-Type: text/plain; charset=iso-8859-1
#| Content-Transfer-Encoding: quoted-printable
#| 
#| Sch=F6nes =
#| Wetter
#| --b--
#> fileinto "Work: Schönes Wetter"
