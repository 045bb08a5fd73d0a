# RFC 5230 §4.7: nor behind it
require ["vacation", "ereject"];
ereject "b"; vacation "a";
#= message A
#> error 3:14 A message is either refused or answered: "vacation" does not go with "reject".
#> keep (implicit)
