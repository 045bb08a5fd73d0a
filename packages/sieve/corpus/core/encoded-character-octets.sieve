# RFC 5228 §2.4.2.4: octets make characters together, across sequences and with what stands beside them
require ["encoded-character", "fileinto"];
fileinto "${hex:C3 A9}";
fileinto "2 ${hex:C3}${hex:A9}";
if header :contains "Subject" "${hex:C3}" { fileinto "half a character is an octet"; }
if header :contains "Subject" "${hex:00}" { fileinto "NUL"; }
#= a character of two octets
#| Subject: =?utf-8?Q?=C3=A9?=
#> fileinto "é"
#> fileinto "2 é"
#> fileinto "half a character is an octet"
