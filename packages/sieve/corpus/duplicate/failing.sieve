# RFC 7352 §3: a script that fails has seen nothing
require ["duplicate", "ihave"];
if not duplicate :uniqueid "a" { error "later"; }
#= any message
#> error 3:34 later
#> keep (implicit)
