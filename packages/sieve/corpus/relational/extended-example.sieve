# RFC 5231 §7: the extended example
require ["relational", "comparator-i;ascii-numeric", "fileinto"];
if header :value "lt" :comparator "i;ascii-numeric"
          ["x-priority"] ["3"]
{
   fileinto "Priority";
}
elsif address :count "gt" :comparator "i;ascii-numeric"
           ["to"] ["5"]
{
   # everything with more than 5 recipients in the "to" field
   # is considered SPAM
   fileinto "SPAM";
}
elsif address :value "gt" :all :comparator "i;ascii-casemap"
           ["from"] ["M"]
{
   fileinto "From N-Z";
} else {
   fileinto "From A-M";
}
if allof ( address :count "eq" :comparator "i;ascii-numeric"
                   ["to", "cc"] ["1"] ,
           address :all :comparator "i;ascii-casemap"
                   ["to", "cc"] ["me@foo.example.com"] )
{
   fileinto "Only me";
}
#= important, and only to me
#| X-Priority: 1 (Highest)
#| To: me@foo.example.com
#> fileinto "Priority"
#> fileinto "Only me"
#= to six, some in a group
#| From: zoe@example.com
#| To: a@x.example, G: b@x.example, c@x.example;, d@x.example, e@x.example, f@x.example
#> fileinto "SPAM"
#= from the second half, to me and another
#| From: Zoe <ned@example.com>
#| To: me@foo.example.com
#| Cc: you@foo.example.com
#> fileinto "From N-Z"
#= from the first half
#| From: Zoe <ann@example.com>
#> fileinto "From A-M"
