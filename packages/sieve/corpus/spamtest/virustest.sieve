# RFC 5235 §3.3: viruses, in steps.
require ["virustest", "fileinto", "relational", "comparator-i;ascii-numeric"];

if virustest :value "eq" :comparator "i;ascii-numeric" "0"
{
    fileinto "INBOX.unclassified";
}
if virustest :value "eq" :comparator "i;ascii-numeric" "4"
{
    fileinto "INBOX.quarantine";
}
elsif virustest :value "eq" :comparator "i;ascii-numeric" "5"
{
    discard;
}

#= not tested
#> fileinto "INBOX.unclassified"

#= none
#& virus 1
#> keep (implicit)

#= possible
#& virus 4
#> fileinto "INBOX.quarantine"

#= certain
#& virus 5 Eicar
