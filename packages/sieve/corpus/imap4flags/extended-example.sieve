# RFC 5232 §9: the extended example, with "remove" and the test without parentheses put right
require ["fileinto", "imap4flags", "variables"];
if size :over 1M
        {
        addflag "MyFlags" "Big";
        if header :is "From" "boss@company.example.com"
                   {
                   addflag "MyFlags" "\\Flagged";
                   }
        fileinto :flags "${MyFlags}" "Big messages";
        }
if header :is "From" "grandma@example.net"
        {
        addflag "MyFlags" ["\\Answered", "$MDNSent"];
        fileinto :flags "${MyFlags}" "GrandMa";
        }
if header :is "Sender" "owner-ietf-mta-filters@example.org"
        {
        set "MyFlags" "\\Flagged $Work";
        keep :flags "${MyFlags}";
        }
elsif anyof (address :domain :is ["From", "To"] "company.example.com")
        {
        keep :flags "${MyFlags}"; # keep in "Inbox" folder
        }
elsif anyof (not address :all :contains
               ["To", "Cc"] "me@company.example.com",
             header :matches "subject"
               ["*make*money*fast*", "*university*dipl*mas*"])
        {
        removeflag "MyFlags" "\\Flagged";
        fileinto :flags "${MyFlags}" "spam";
        }
else
        {
        fileinto :flags "${MyFlags}" "personal";
        }
#= a large one from the boss
#& octets 1048577
#| From: boss@company.example.com
#| Subject: report
#> fileinto :flags ["Big", "\\Flagged"] "Big messages"
#> keep :flags ["Big", "\\Flagged"]
#= a large one from grandma
#& octets 1048577
#| From: grandma@example.net
#> fileinto :flags "Big" "Big messages"
#> fileinto :flags ["Big", "\\Answered", "$MDNSent"] "GrandMa"
#> fileinto :flags ["Big", "\\Answered", "$MDNSent"] "spam"
#= the list
#| Sender: owner-ietf-mta-filters@example.org
#> keep :flags ["\\Flagged", "$Work"]
