# RFC 5228 §4.3: the same, with the implicit keep
if not size :under 1M { discard; }
#= small
#> keep (implicit)
#= large
#& octets 1048577
