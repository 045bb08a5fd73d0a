# RFC 5228 §2.7.2: an encoded NUL does not end a value
if header :contains "Subject" "behind" { discard; }
#= NUL in the middle
#| Subject: =?utf-8?Q?before=00behind?=
