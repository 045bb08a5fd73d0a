# A comparator says which letters are one: i;ascii-casemap unless another is named. Characters are Unicode's under each.
require ["regex", "fileinto", "comparator-i;unicode-casemap", "copy"];

if header :regex "Subject" "^f.r dich$" { fileinto :copy "ascii"; }
if header :regex :comparator "i;octet" "Subject" "^F[ÜÄ]R DICH$" { fileinto :copy "octet"; }
if header :regex :comparator "i;unicode-casemap" "Subject" "^fü[[:alpha:]] dich$" { fileinto :copy "unicode"; }

#= capitals
#| Subject: =?utf-8?Q?F=C3=9CR_DICH?=
#| 
#> fileinto :copy "ascii"
#> fileinto :copy "octet"
#> fileinto :copy "unicode"
#> keep (implicit)

#= small letters
#| Subject: =?utf-8?Q?f=C3=BCr_dich?=
#| 
#> fileinto :copy "ascii"
#> fileinto :copy "unicode"
#> keep (implicit)
