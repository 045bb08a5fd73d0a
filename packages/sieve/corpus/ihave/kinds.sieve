# RFC 5463 §4: tests, tags, match types, comparators and envelope parts are found too
require "ihave";
if ihave ["fileinto", "copy"] { fileinto :copy "A"; }
if ihave ["relational", "comparator-i;ascii-numeric"] {
    if header :value "gt" :comparator "i;ascii-numeric" "X-Score" "5" {
        if ihave "imap4flags" { addflag "\\Flagged"; }
    }
}
if allof (ihave ["subaddress", "envelope"], envelope :detail "to" "x") { keep; }
#= a high score
#| X-Score: 12
#> fileinto :copy "A"
#> keep :flags "\\Flagged" (implicit)
#= a low one
#| X-Score: 2
#> fileinto :copy "A"
#> keep (implicit)
