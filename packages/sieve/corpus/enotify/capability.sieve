# RFC 5435 §5: what is not known matches nothing and is no error
require ["enotify", "fileinto", "copy", "relational", "comparator-i;ascii-numeric"];
if notify_method_capability "mailto:a@example.org" "ONLINE" "Maybe" { fileinto :copy "maybe"; }
if notify_method_capability "mailto:" "online" "maybe" { fileinto :copy "invalid"; }
if notify_method_capability "tel:+1" "online" "maybe" { fileinto :copy "unknown method"; }
if notify_method_capability :matches "mailto:a@example.org" "weather" "*" { fileinto :copy "unknown capability"; }
if notify_method_capability :count "eq" :comparator "i;ascii-numeric" "mailto:a@example.org" "online" "1" { fileinto :copy "one"; }
#= any message
#> fileinto :copy "maybe"
#> fileinto :copy "one"
#> keep (implicit)
