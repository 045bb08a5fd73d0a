# RFC 5229 §3.2: match variables of addresses, and of tests not reached
require ["fileinto", "variables"];
if address :matches ["To", "Cc"] ["coyote@**.com", "wile@**.com"] {
    fileinto "0=${0} 1=${1} 2=${2} 3=${3} 02=${02}";
} else {
    fileinto "none=${1}";
}
if anyof (true, address :domain :matches "To" "*.com") { fileinto "still=${1}"; }
if header :matches "To" "?*@nowhere" { stop; }
fileinto "after failure=${2}";
#= the RFC's message
#| To: coyote@ACME.Example.COM
#> fileinto "0=coyote@ACME.Example.COM 1= 2=ACME.Example 3= 02=ACME.Example"
#> fileinto "still="
#> fileinto "after failure=ACME.Example"
#= no match
#| To: roadrunner@example.net
#> fileinto "none="
#> fileinto "still="
#> fileinto "after failure="
