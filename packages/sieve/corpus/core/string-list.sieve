# RFC 5228 §2.4.2.1: any string of either list
if header :contains ["To", "Cc"] ["me@example.com", "me00@landru.example.com"] { discard; }
#= the second of either
#| Cc: Me <ME00@landru.example.com>
#= neither
#| Subject: me@example.com
#> keep (implicit)
