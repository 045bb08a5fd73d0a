# RFC 7352 §3.3: zero is never a duplicate; too long is as long as may be; the last word counts
require "duplicate";
if duplicate :seconds 0 :uniqueid "zero" { discard; }
if duplicate :seconds 7776001 :uniqueid "long" { discard; }
if duplicate :seconds 7776000 :last :uniqueid "longest" { discard; }
if duplicate :seconds 10 :uniqueid "twice" { discard; }
if duplicate :seconds 20 :last :uniqueid "twice" { discard; }
#= any message
#& remembered "" zero
#> keep (implicit)
#> remember "long" 7776000
#> remember "longest" 7776000 :last
#> remember "twice" 20 :last
