# RFC 7352 §3: what this run has seen is no duplicate in this run; what is not evaluated is not remembered
require "duplicate";
if duplicate :uniqueid "a" { discard; }
if duplicate :uniqueid "a" { discard; }
if anyof (true, duplicate :uniqueid "b") { keep; }
#= any message
#> keep
#> remember "a" 604800
