# RFC 7352 §5.3: a notification for each sender, not too often
require ["variables", "envelope", "enotify", "duplicate"];

if envelope :matches "from" "*" { set "sender" "${1}"; }
if header :matches "subject" "*" { set "subject" "${1}"; }

if not duplicate :seconds 1800 :uniqueid "${sender}"
{
  notify :message "[SIEVE] ${sender}: ${subject}"
    "xmpp:user@im.example.com";
}
#= the first
#> notify :importance "2" :message "[SIEVE] coyote@desert.example.org: I have a present for you" "xmpp:user@im.example.com"
#> keep (implicit)
#> remember "coyote@desert.example.org" 1800
#= the second
#& remembered "" coyote@desert.example.org
#> keep (implicit)
#> remember "coyote@desert.example.org" 1800
