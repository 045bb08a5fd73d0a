# RFC 6609 §3.3: in the main script return is stop
require ["include"];
if true { return; }
discard;
#= any message
#> keep (implicit)
