# RFC 4790 §9.1.1: its examples of numbers
require ["relational", "comparator-i;ascii-numeric", "fileinto", "variables"];
if string :value "lt" :comparator "i;ascii-numeric" "0" "1" { fileinto "1"; }
if string :value "lt" :comparator "i;ascii-numeric" "1" "4294967298" { fileinto "2"; }
if string :is :comparator "i;ascii-numeric" ["04294967298"] "4294967298" { fileinto "3"; }
if string :is :comparator "i;ascii-numeric" ["4294967298b"] "4294967298" { fileinto "4"; }
if string :value "lt" :comparator "i;ascii-numeric" "04294967298" "" { fileinto "5"; }
if string :is :comparator "i;ascii-numeric" "x" "y" { fileinto "6"; }
if string :is :comparator "i;ascii-numeric" "" "x" { fileinto "7"; }
if string :value "ge" :comparator "i;ascii-numeric" "10" "9" { fileinto "8"; }
if string :value "eq" :comparator "i;ascii-numeric" "000" "0" { fileinto "9"; }
if string :value "ne" :comparator "i;ascii-numeric" "1" "1" { fileinto "no"; }
if string :value "gt" :comparator "i;ascii-numeric" "x" "y" { fileinto "no"; }
#= any message
#> fileinto "1"
#> fileinto "2"
#> fileinto "3"
#> fileinto "4"
#> fileinto "5"
#> fileinto "6"
#> fileinto "7"
#> fileinto "8"
#> fileinto "9"
