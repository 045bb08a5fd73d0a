# RFC 5228 §2.7.1: only frobnitzm is frobnitzm, and only the empty value is ""
require "fileinto";
if header :is "X" "frobnitzm" { fileinto "frobnitzm"; }
if header "X" "FROBNITZM" { fileinto "default is :is, without case"; }
if header :is "X" "frobnitz" { fileinto "part"; }
if header :is "X" "" { fileinto "empty"; }
#= frobnitzm
#| X: frobnitzm
#> fileinto "frobnitzm"
#> fileinto "default is :is, without case"
#= nothing but white space
#| X:     
#> fileinto "empty"
