# RFC 5228 §5.7: absent, or nothing but white space
if not header :matches "Cc" "?*" { discard; }
#= absent
#= blank
#| Cc:    
#= there
#| Cc: a@example.com
#> keep (implicit)
