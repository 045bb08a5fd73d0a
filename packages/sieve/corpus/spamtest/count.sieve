# RFC 5235 §3.2.2, second example: whether it was tested, by :count.
require ["spamtestplus", "fileinto", "relational", "comparator-i;ascii-numeric"];

if spamtest :percent :count "eq"
            :comparator "i;ascii-numeric" "0"
{
    fileinto "INBOX.unclassified";
}
elsif spamtest :percent :value "eq"
               :comparator "i;ascii-numeric" "0"
{
    fileinto "INBOX.not-spam";
}
elsif spamtest :percent :value "lt"
               :comparator "i;ascii-numeric" "37"
{
    fileinto "INBOX.spam-trap";
}
else
{
    discard;
}

#= not tested
#> fileinto "INBOX.unclassified"

#= clear
#& spam 0
#> fileinto "INBOX.not-spam"

#= some
#& spam 10
#> fileinto "INBOX.spam-trap"

#= much
#& spam 90
