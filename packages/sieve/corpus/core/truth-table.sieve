# RFC 5228 §5.2, §5.3, §5.8: the truth of allof, anyof and not
require "fileinto";
if allof (false, false) { fileinto "1"; }
if allof (false, true) { fileinto "2"; }
if allof (true, true) { fileinto "3"; }
if anyof (false, false) { fileinto "4"; }
if anyof (false, true) { fileinto "5"; }
if anyof (true, true) { fileinto "6"; }
if not false { fileinto "7"; }
if not true { fileinto "8"; }
if not not true { fileinto "9"; }
#= any message
#> fileinto "3"
#> fileinto "5"
#> fileinto "6"
#> fileinto "7"
#> fileinto "9"
