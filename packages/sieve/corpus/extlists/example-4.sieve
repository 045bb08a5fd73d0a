# RFC 6134 §2.9.4: addresses that are not allowed
require ["variables", "extlists", "index", "reject"];
if header :index 1 :matches "received" "*(* [*.*.*.*])*" {
  set "ip" "${3}.${4}.${5}.${6}";
  if string :list "${ip}"
      "tag:example.com,2011-04-10:DisallowedIPs" {
    reject "Message not allowed from this IP address";
  }
}
#= not allowed
#& list tag:example.com,2011-04-10:DisallowedIPs 192.0.2.7
#| Received: from x.example (x.example [192.0.2.7]) by y.example
#> reject "Message not allowed from this IP address"
#= allowed
#& list tag:example.com,2011-04-10:DisallowedIPs 192.0.2.7
#| Received: from x.example (x.example [192.0.2.8]) by y.example
#> keep (implicit)
