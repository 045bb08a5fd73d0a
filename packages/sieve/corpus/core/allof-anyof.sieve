# RFC 5228 §2.5.1: tests in a list
if anyof (not exists ["From", "Date"], header :contains "from" "fool@example.com") { discard; }
#= no Date
#| From: someone@example.com
#= from a fool
#| From: fool@example.com
#| Date: Tue, 1 Apr 1997 09:06:31 -0800
#= neither
#> keep (implicit)
