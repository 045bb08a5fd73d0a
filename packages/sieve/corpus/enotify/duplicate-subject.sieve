# RFC 7352 §5.3: the same for each sender and subject
require ["variables", "envelope", "enotify", "duplicate"];

if envelope :matches "from" "*" { set "sender" "${1}"; }
if header :matches "subject" "*" { set "subject" "${1}"; }

# account for 'Re:' prefix
if string :comparator "i;ascii-casemap"
  :matches "${subject}" "Re:*"
{
  set "subject" "${1}";
}
if not duplicate :seconds 1800
  :uniqueid "${sender} ${subject}"
{
  notify :message "[SIEVE] ${sender}: ${subject}"
    "xmpp:user@im.example.com";
}
#= a reply
#| Subject: re:hello
#> notify :importance "2" :message "[SIEVE] coyote@desert.example.org: hello" "xmpp:user@im.example.com"
#> keep (implicit)
#> remember "coyote@desert.example.org hello" 1800
