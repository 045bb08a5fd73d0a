# RFC 5228 §2.7.2: encoded words of many character sets are compared as UTF-8
if header :is "Subject" "Größe: 5 €" { discard; }
#= UTF-8
#| Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe:_5_=E2=82=AC?=
#= two words in two character sets
#| Subject: =?iso-8859-1?Q?Gr=F6=DFe:?= 5 =?iso-8859-15?Q?=A4?=
#= adjacent words, split between them
#| Subject: =?utf-8?B?R3LDtsOf?=
#|  =?utf-8?B?ZTogNSDigqw=?=
