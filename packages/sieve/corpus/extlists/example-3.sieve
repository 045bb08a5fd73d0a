# RFC 6134 §2.9.3: a list of one's own, by a subaddress
require ["extlists", "envelope", "subaddress"];

# Submission from list members is sent to all members
if allof (envelope :detail "to" "mylist",
          header :list "from"
                 "tag:example.com,2010-05-28:mylist") {
    redirect :list "tag:example.com,2010-05-28:mylist";
}
#= from a member
#< a@example.org alexey+mylist@example.com
#| From: a@example.org
#& list tag:example.com,2010-05-28:mylist a@example.org
#& list tag:example.com,2010-05-28:mylist b@example.org
#> redirect "a@example.org"
#> redirect "b@example.org"
#= from a stranger
#< x@example.org alexey+mylist@example.com
#| From: x@example.org
#& list tag:example.com,2010-05-28:mylist a@example.org
#> keep (implicit)
