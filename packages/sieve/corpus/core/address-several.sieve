# RFC 5228 §5.1: any address of any of the fields
if address :is ["To", "Cc"] ["a@example.com", "z@example.com"] { discard; }
#= the last of many
#| To: b@example.com, c@example.com
#| Cc: d@example.com
#| Cc: x@example.com,
#|  z@example.com
#= none
#| To: b@example.com
#> keep (implicit)
