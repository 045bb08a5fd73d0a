# RFC 5228 §2.7.1: frobnitzm contains frob and nit, but not fbm; all contain ""
require "fileinto";
if header :contains "X" "frob" { fileinto "frob"; }
if header :contains "X" "nit" { fileinto "nit"; }
if header :contains "X" "fbm" { fileinto "fbm"; }
if header :contains "X" "" { fileinto "empty"; }
if header :contains "Y" "" { fileinto "no such field"; }
#= frobnitzm
#| X: frobnitzm
#> fileinto "frob"
#> fileinto "nit"
#> fileinto "empty"
