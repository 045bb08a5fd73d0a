# RFC 5463 §4: names compare as octets; comparators of the base language are there
require "ihave";
if ihave ["comparator-i;octet", "comparator-i;ascii-casemap", "ihave"] { keep; }
if ihave "FILEINTO" { discard; }
#= any message
#> keep
