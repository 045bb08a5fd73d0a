# RFC 5228 §2.7.1: for i;octet and i;ascii-casemap a character is an octet
require "fileinto";
if header :matches "Subject" "?" { fileinto "one"; }
if header :matches "Subject" "??" { fileinto "two"; }
if header :matches "Subject" "???" { fileinto "three"; }
#= an ASCII letter
#| Subject: e
#> fileinto "one"
#= two octets
#| Subject: =?utf-8?Q?=C3=A9?=
#> fileinto "two"
#= three octets
#| Subject: =?utf-8?Q?=E2=82=AC?=
#> fileinto "three"
