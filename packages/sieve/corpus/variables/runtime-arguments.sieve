# RFC 5229 §3: what a variable holds is judged when the script runs
require ["variables", "fileinto"];
if header :matches "X-File" "*" { fileinto "${1}"; }
if header :matches "X-To" "*" { redirect "${1}"; }
if header :matches "X-Field" "*" { if address "${1}" "a" { stop; } }
#= a mailbox without a name
#| X-File:
#> error 3:35 The name of a mailbox must not be empty.
#> keep (implicit)
#= an address that is none
#| X-To: nonsense
#> error 4:33 The address to redirect to is none.
#> keep (implicit)
#= an address
#| X-To: Ned <ned@example.com>
#> redirect "ned@example.com"
#= a field without addresses
#| X-Field: Subject
#> error 5:39 The field "Subject" holds no addresses.
#> keep (implicit)
