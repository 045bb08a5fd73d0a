# RFC 5463 §4: tests go from left to right, and no further than they must
require "ihave";
if anyof (true, weather "fine") { keep; }
if allof (false, weather "fine") { discard; }
if not anyof (ihave "vnd.acme.rocket", false) { stop; }
launch;
#= any message
#> keep
