# RFC 5228 §5.1: the address in a field, without its phrase
if address :is :all "from" "tim@example.com" { discard; }
#= bare
#| From: tim@example.com
#= with a phrase
#| From: "Tim Showalter" <TIM@Example.com>
#= with comments
#| From: tim@example.com (not tom@example.com)
#= in a phrase only
#| From: "tim@example.com" <tom@example.com>
#> keep (implicit)
