# RFC 6785 §4.6: there is no envelope, and asking for it is an error of the run.
require ["imapsieve", "envelope", "environment"];
if environment "phase" "post" { if envelope "from" "a@example.org" { discard; } }
if not environment "phase" "post" { if envelope "from" "coyote@desert.example.org" { discard; } }

#= in a mailbox
#& event
#& environment phase post
#> error 3:36 A message that is in a mailbox already has no envelope.
#> keep (implicit)

#= at delivery
#& environment phase during
