# RFC 5228 §9: the extended example
require ["fileinto"];
if header :is "Sender" "owner-ietf-mta-filters@imc.org"
        {
        fileinto "filter";  # move to "filter" mailbox
        }
elsif address :DOMAIN :is ["From", "To"] "example.com"
        {
        keep;               # keep in "In" mailbox
        }
elsif anyof (NOT address :all :contains
               ["To", "Cc", "Bcc"] "me@example.com",
             header :matches "subject"
               ["*make*money*fast*", "*university*dipl*mas*"])
        {
        fileinto "spam";   # move to "spam" mailbox
        }
else
        {
        fileinto "personal";
        }
#= the list
#| Sender: owner-ietf-mta-filters@imc.org
#> fileinto "filter"
#= the company
#| From: boss@example.com
#> keep
#= not to me
#| From: a@example.org
#| To: you@example.net
#> fileinto "spam"
#= to me, but known
#| From: a@example.org
#| To: them@example.net
#| Cc: me@example.com.invalid
#| Subject: How to MAKE some money, fast!
#> fileinto "spam"
#= everything else
#| From: a@example.org
#| Cc: me@example.com.invalid
#| Subject: hello
#> fileinto "personal"
