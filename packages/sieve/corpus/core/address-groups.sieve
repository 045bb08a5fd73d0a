# RFC 5228 §5.1: members of groups count, names of groups do not
require "fileinto";
if address :is "To" "wile@example.com" { fileinto "member"; }
if address :contains "To" "coyotes" { fileinto "group name"; }
if address :domain "To" "example.net" { fileinto "behind the group"; }
#= a group
#| To: Coyotes: "Wile E." <wile@example.com>, ralph@example.org;, sam@example.net
#> fileinto "member"
#> fileinto "behind the group"
