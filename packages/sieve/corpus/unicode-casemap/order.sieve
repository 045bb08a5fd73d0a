# RFC 5051 §2: the order is that of code points
require ["comparator-i;unicode-casemap", "encoded-character", "variables", "fileinto", "relational"];
if string :value "lt" :comparator "i;unicode-casemap" "ä" "b" { fileinto "umlaut"; }
if string :value "gt" :comparator "i;unicode-casemap" "${unicode:1F600}" "${unicode:FFFD}" { fileinto "planes"; }
#= any message
#> fileinto "umlaut"
#> fileinto "planes"
