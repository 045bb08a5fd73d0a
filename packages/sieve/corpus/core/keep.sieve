# RFC 5228 §4.3: kept when small, dropped when large
if size :under 1M { keep; } else { discard; }
#= small
#> keep
#= large
#& octets 1048577
#= exactly 1M is not under
#& octets 1048576
