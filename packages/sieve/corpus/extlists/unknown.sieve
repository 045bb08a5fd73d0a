# RFC 6134 §2.2, §2.3: a list that is not there is an error of the run
require ["extlists", "variables"];
if header :is "x" "1" { if header :list "from" ":addrbook:gone" { stop; } }
elsif header :is "x" "2" { redirect :list ":addrbook:gone"; }
elsif header :is "x" "3" { set "a" "no list"; redirect :list "${a}"; }
elsif header :is "x" "4" { if header :list "from" "no list" { stop; } }
#= asked
#| X: 1
#| From: a@example.org
#> error 3:28 The list ":addrbook:gone" cannot be asked.
#> keep (implicit)
#= sent to
#| X: 2
#> error 4:28 No message can be sent to the list ":addrbook:gone".
#> keep (implicit)
#= no name
#| X: 3
#> error 5:47 "no list" is no name of a list.
#> keep (implicit)
#= no name to ask
#| X: 4
#| From: a@example.org
#> error 6:31 "no list" is no name of a list.
#> keep (implicit)
