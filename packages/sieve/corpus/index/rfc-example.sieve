# RFC 5260 §6.1: the second Received field is behind the cutoff date
require ["date", "relational", "index"];
if date :value "gt" :index 2 :zone "-0500" "received"
        "iso8601" "2007-02-26T09:00:00-05:00"
{ redirect "aftercutoff@example.org"; }
#= behind
#| Received: from a by b; Mon, 26 Feb 2007 07:00:00 -0500
#| Received: from x by a; Mon, 26 Feb 2007 09:00:01 -0500
#> redirect "aftercutoff@example.org"
#= before
#| Received: from a by b; Mon, 26 Feb 2007 10:00:00 -0500
#| Received: from x by a; Mon, 26 Feb 2007 13:59:59 +0000
#> keep (implicit)
#= there is no second
#| Received: from a by b; Mon, 26 Feb 2007 10:00:00 -0500
#> keep (implicit)
