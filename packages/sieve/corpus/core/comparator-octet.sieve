# RFC 5228 §2.7.3: i;octet looks at case
if header :contains :comparator "i;octet" "Subject" "MAKE MONEY FAST" { discard; }
#= shouted
#| Subject: You can MAKE MONEY FAST
#= said
#| Subject: You can Make Money Fast
#> keep (implicit)
