# RFC 5231 §6: three addresses in To and Cc together
require ["relational", "comparator-i;ascii-numeric", "fileinto"];
if address :count "ge" :comparator "i;ascii-numeric" ["to", "cc"] ["3"] { fileinto "together"; }
if anyof ( address :count "ge" :comparator "i;ascii-numeric" ["to"] ["3"],
           address :count "ge" :comparator "i;ascii-numeric" ["cc"] ["3"] ) { fileinto "apart"; }
if header :count "ge" :comparator "i;ascii-numeric" ["received"] ["3"] { fileinto "received"; }
if header :count "ge" :comparator "i;ascii-numeric" ["received", "subject"] ["3"] { fileinto "received and subject"; }
if header :count "ge" :comparator "i;ascii-numeric" ["to", "cc"] ["3"] { fileinto "fields"; }
#= the RFC's message
#| received: ...
#| received: ...
#| subject: example
#| to: foo@example.com, baz@example.com
#| cc: qux@example.com
#> fileinto "together"
#> fileinto "received and subject"
