# RFC 5228 §5.7: every occurrence of a field is looked at
if header :contains "Received" "mx9.example.org" { discard; }
#= the third
#| Received: from mx1.example.org
#| Received: from mx2.example.org
#| RECEIVED: from mx9.example.org
