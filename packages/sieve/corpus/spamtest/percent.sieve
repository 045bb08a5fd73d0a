# RFC 5235 §3.2.2: in per cent.
require ["spamtestplus", "fileinto", "relational",
         "comparator-i;ascii-numeric"];

if spamtest :value "eq"
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
#& spam 0 nothing found
#> fileinto "INBOX.not-spam"

#= below
#& spam 36
#> fileinto "INBOX.spam-trap"

#= not below
#& spam 37

#= beyond what there is
#& spam 700
