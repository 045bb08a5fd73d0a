# RFC 5228 §2.7.1: wildcards, and the whole value must match
require "fileinto";
if header :matches "X" "fr?bn*" { fileinto "1"; }
if header :matches "X" "frob" { fileinto "part"; }
if header :matches "X" "*" { fileinto "2"; }
if header :matches "X" "?????????" { fileinto "3"; }
if header :matches "X" "??????????" { fileinto "too long"; }
if header :matches "X" "*m*m*" { fileinto "two letters of one"; }
if header :matches "X" "*z*m" { fileinto "4"; }
if header :matches "X" "**f**m**" { fileinto "5"; }
#= frobnitzm
#| X: frobnitzm
#> fileinto "1"
#> fileinto "2"
#> fileinto "3"
#> fileinto "4"
#> fileinto "5"
