# RFC 5051 §2: letters of all scripts, composed or not
require ["comparator-i;unicode-casemap", "fileinto", "variables"];
if header :is :comparator "i;unicode-casemap" "Subject" "ÉCOLE" { fileinto "is"; }
if header :contains :comparator "i;unicode-casemap" "Subject" "cole" { fileinto "contains"; }
if header :contains :comparator "i;unicode-casemap" "Subject" "e" { fileinto "the letter without its accent"; }
if header :matches :comparator "i;unicode-casemap" "Subject" "É*L?" { fileinto "matches ${1} ${2}"; }
if header :is "Subject" "École" { fileinto "ascii"; }
#= composed
#| Subject: =?utf-8?Q?=C3=A9cole?=
#> fileinto "is"
#> fileinto "contains"
#> fileinto "the letter without its accent"
#> fileinto "matches co e"
#= decomposed
#| Subject: =?utf-8?Q?e=CC=81cole?=
#> fileinto "is"
#> fileinto "contains"
#> fileinto "the letter without its accent"
#> fileinto "matches co e"
