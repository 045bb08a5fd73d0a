# RFC 5235 §3.1: the text behind the number, for whoever wants it; `:is` compares the whole.
require ["spamtest", "virustest", "spamtestplus", "fileinto", "copy", "variables"];

if virustest :matches "5 *" { fileinto :copy "${1}"; }
if spamtest :percent "37 bayes" { fileinto :copy "percent"; }
if spamtest "4 bayes" { fileinto :copy "ten"; }
if spamtest "4" { fileinto :copy "never"; }

#= with texts
#& spam 37 bayes
#& virus 5 Eicar-Test
#> fileinto :copy "Eicar-Test"
#> fileinto :copy "percent"
#> fileinto :copy "ten"
#> keep (implicit)
