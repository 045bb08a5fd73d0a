# RFC 5230 §4.7: not with reject
require ["vacation", "reject"];
vacation "a"; reject "b";
#= message A
#> error 3:15 A message is either refused or answered: "vacation" does not go with "reject".
#> keep (implicit)
