# RFC 5228 §2.4.2.2: folding and encoded words do not hide an address
if address :is "From" "jo@example.com" { discard; }
#= both
#| From: =?utf-8?B?Sm/Dow==?=
#| 	=?utf-8?Q?_Smith?= <jo@example.com>
