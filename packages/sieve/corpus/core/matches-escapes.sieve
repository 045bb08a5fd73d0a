# RFC 5228 §2.7.1: escaped wildcards stand for themselves
require "fileinto";
if header :matches "X" "a\\*b" { fileinto "star"; }
if header :matches "X" "a\\?b" { fileinto "question"; }
if header :matches "X" "a\\\\b" { fileinto "backslash"; }
if header :matches "X" "a*b" { fileinto "wild"; }
#= a star
#| X: a*b
#> fileinto "star"
#> fileinto "wild"
#= a question mark
#| X: a?b
#> fileinto "question"
#> fileinto "wild"
#= a backslash
#| X: a\b
#> fileinto "backslash"
#> fileinto "wild"
#= a letter
#| X: axb
#> fileinto "wild"
