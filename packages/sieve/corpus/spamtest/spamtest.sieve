# RFC 5235 §3.2.1: unclassified mail, and mail that may be spam.
require ["spamtest", "fileinto", "relational", "comparator-i;ascii-numeric"];

if spamtest :value "eq" :comparator "i;ascii-numeric" "0"
{
    fileinto "INBOX.unclassified";
}
elsif spamtest :value "ge" :comparator "i;ascii-numeric" "3"
{
    fileinto "INBOX.spam-trap";
}

#= not tested
#> fileinto "INBOX.unclassified"

#= clear
#& spam 0
#> keep (implicit)

#= hardly any: 2 of 10
#& spam 1
#> keep (implicit)

#= 3 of 10
#& spam 20
#> fileinto "INBOX.spam-trap"

#= nearly certain is not certain: 9 of 10
#& spam 99.4 with a text
#> fileinto "INBOX.spam-trap"

#= certain
#& spam 100
#> fileinto "INBOX.spam-trap"
