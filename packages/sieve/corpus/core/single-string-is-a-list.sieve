# RFC 5228 §2.4.2.1: a string is a list of one
if allof (exists "To", exists ["To"]) { discard; }
#= with a To field
