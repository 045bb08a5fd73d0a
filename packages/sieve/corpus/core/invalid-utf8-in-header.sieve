# RFC 5228 §2.7.2: octets that are no text crash nothing
if header :contains "Subject" "abc" { discard; }
#= an encoded word that lies
#| Subject: =?utf-8?B?/v8=?= abc
#= an unknown character set
#| Subject: =?x-nonsense?Q?=FF?= abc
