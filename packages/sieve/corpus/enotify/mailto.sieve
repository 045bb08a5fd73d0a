# RFC 5436 §3: the knitting list
require ["enotify", "variables"];

if header :contains "list-id" "knitting.example.com" {
  if header :matches "Subject" "[*] *" {
    notify :message "From ${1} list: ${2}"
        :importance "3"
        "mailto:0123456789@sms.example.net?to=backup@example.com";
  }
}
#= a message of the list
#| Precedence: list
#| List-Id: Knitting Mailing List <knitting.example.com>
#| Subject: [Knitting] A new sweater
#> notify :importance "3" :message "From Knitting list: A new sweater" "mailto:0123456789@sms.example.net?to=backup@example.com"
#> keep (implicit)
#= with the null reverse-path all the same
#< <> recipient@example.org
#| List-Id: <knitting.example.com>
#| Subject: [Knitting] A new sweater
#> notify :importance "3" :message "From Knitting list: A new sweater" "mailto:0123456789@sms.example.net?to=backup@example.com"
#> keep (implicit)
#= RFC 5436 §2.7: nobody is notified of a notification
#| Auto-Submitted: auto-notified; owner-email="x@example.org"
#| List-Id: <knitting.example.com>
#| Subject: [Knitting] A new sweater
#> keep (implicit)
