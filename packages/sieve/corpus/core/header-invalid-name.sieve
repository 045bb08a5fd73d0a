# RFC 5228 §2.4.2.2: a name that can be no field matches nothing and is no error
if anyof (header :contains "From:" "", exists "a b", header :contains ["", "ä"] "") { discard; }
#= message A
#> keep (implicit)
