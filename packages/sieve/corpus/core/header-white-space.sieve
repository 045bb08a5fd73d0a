# RFC 5228 §5.7: white space around a value is ignored, inside it is not
require "fileinto";
if header :is "Subject" "two  words" { fileinto "two spaces"; }
if header :is "Subject" "two words" { fileinto "one space"; }
#= around
#| Subject:     two  words   
#> fileinto "two spaces"
