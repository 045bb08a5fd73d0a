# A pattern at which a backtracking matcher despairs costs what it costs, and no more.
require ["regex", "fileinto"];

if header :regex "Subject" ["^(a*)*b$", "^(a|aa)+$", "(x+x+)+y"] { fileinto "found"; }

#= forty letters
#| Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac
#| 
#> keep (implicit)
