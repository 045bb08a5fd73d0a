# RFC 5228 §5.5: all of the fields must exist
if not exists ["From","Date"] { discard; }
#= both
#> keep (implicit)
#= no Date
#| From: a@example.com
#= neither
#| Subject: hello
