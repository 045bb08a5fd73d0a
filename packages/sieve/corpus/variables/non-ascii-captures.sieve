# RFC 5229 §3.2, RFC 5228 §2.7.1: octets that a wildcard took
require ["variables", "fileinto"];
if header :matches "Subject" "* [*]*" { fileinto "${1}/${2}/${3}"; }
#= characters
#| Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe_[=E2=82=AC]=21?=
#> fileinto "Größe/€/!"
