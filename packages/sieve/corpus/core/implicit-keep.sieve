# RFC 5228 §2.10.2: a script that does nothing keeps the message
if size :over 500K { discard; }
#= a short message
#> keep (implicit)
#= a long message
#& octets 512001
