# The draft's example: an address of any of several organizations, by one pattern.
require ["regex", "fileinto"];

if address :regex :comparator "i;octet" "from" "^(desert|road)\\.?[a-z]*@|@(desert|road)\\.example\\.(org|com)$" {
    fileinto "road";
}

#= the domain matches
#> fileinto "road"

#= case counts under i;octet
#| From: Wile@DESERT.example.org
#| 
#> keep (implicit)
