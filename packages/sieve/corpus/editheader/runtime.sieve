# Names and values of variables are judged when the script runs; an error keeps the message as it came (RFC 5293 §7).
require ["editheader", "variables", "encoded-character", "fileinto"];
addheader "X-First" "1";
fileinto "A";
if header :matches "X-Name" "*" { addheader "${1}" "x"; }
if header :matches "X-Value" "*" { addheader "X" "a${unicode:7}b"; }
if header :matches "X-Octets" "*" { addheader "X" "${hex:ff}"; }

#= a good name
#| X-Name: X-Good
#| 
#> fileinto "A" (edited)

#= a bad one
#| X-Name: X Bad
#| 
#> error 5:35 This is no name of a header field.
#> keep (implicit)

#= a control character
#| X-Value: x
#| 
#> error 6:36 The value of a header field must not hold control characters or invalid UTF-8.
#> keep (implicit)

#= an octet that is no text
#| X-Octets: x
#| 
#> error 7:37 The value of a header field must not hold control characters or invalid UTF-8.
#> keep (implicit)
