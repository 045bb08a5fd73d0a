# RFC 5051 §2: the RFC's example of a letter that becomes three code points
require ["comparator-i;unicode-casemap", "encoded-character", "variables", "fileinto"];
if string :contains :comparator "i;unicode-casemap" "${unicode:01C4}" "d" { fileinto "prepared"; }
if string :is :comparator "i;unicode-casemap" "${unicode:01C4}" "${unicode:01C6}" { fileinto "without case"; }
if string :matches :comparator "i;unicode-casemap" "a${unicode:01C4}b" "a?*b" { fileinto "${1}|${2}"; }
if string :matches :comparator "i;unicode-casemap" "${unicode:1F600}x" "?X" { fileinto "${1}"; }
if string :is :comparator "i;unicode-casemap" "${hex:FF}" "${hex:FF}" { fileinto "octets"; }
if string :is :comparator "i;unicode-casemap" "${hex:FF}a" "${hex:FF}A" { fileinto "no"; }
#= any message
#> fileinto "prepared"
#> fileinto "without case"
#> fileinto "Ǆ|"
#> fileinto "😀"
#> fileinto "octets"
