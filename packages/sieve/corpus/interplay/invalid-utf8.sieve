# RFC 5228 §2.4.2, §2.7.2: octets that are no UTF-8 are compared as octets, and are no names.
require ["encoded-character", "variables", "fileinto", "regex", "copy", "editheader"];
set "octet" "${hex:ff}";
if string :is "${octet}" "${hex:ff}" { fileinto :copy "same"; }
if string :is "${octet}" "${hex:fe}" { fileinto :copy "never"; }
if string :contains "a${octet}b" "${octet}" { fileinto :copy "contains"; }
if string :matches "a${octet}b" "a?b" { set "one" "${1}"; }
if string :is "${one}" "${octet}" { fileinto :copy "wildcard"; }
if string :regex "a${octet}b" "^a[^ab]b$" { fileinto :copy "regex"; }
set :length "n" "a${octet}b";
fileinto :copy "${n}";
if header "X-Do" "file" { fileinto "a${octet}"; }
if header "X-Do" "send" { redirect "a${octet}@example.org"; }
if header "X-Do" "field" { addheader "X" "${octet}"; }

#= compared
#| X-Do: nothing
#| 
#> fileinto :copy "same"
#> fileinto :copy "contains"
#> fileinto :copy "wildcard"
#> fileinto :copy "regex"
#> fileinto :copy "3"
#> keep (implicit)

#= as a mailbox
#| X-Do: file
#| 
#> error 12:27 The name of a mailbox must be valid UTF-8.
#> keep (implicit)

#= as an address
#| X-Do: send
#| 
#> error 13:27 The address to redirect to is none.
#> keep (implicit)

#= as a field
#| X-Do: field
#| 
#> error 14:28 The value of a header field must not hold control characters or invalid UTF-8.
#> keep (implicit)
