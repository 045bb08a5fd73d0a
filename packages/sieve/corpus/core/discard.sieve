# RFC 5228 §4.4: mail from somebody is dropped
if header :contains ["from"] ["idiot@example.com"] { discard; }
#= from him
#| From: idiot@example.com
#= message A
#> keep (implicit)
