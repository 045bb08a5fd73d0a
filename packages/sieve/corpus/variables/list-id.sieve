# RFC 5229 §3.2: match variables, the first example
require ["fileinto", "variables"];
if header :matches "List-ID" "*<*@*" {
    fileinto "INBOX.lists.${2}"; stop;
}
if header :matches "Subject" "[*] *" {
    fileinto "INBOX.lists.${1}:${2}"; stop;
}
#= a list
#| List-ID: The ACME users <acme-users@lists.example.com>
#> fileinto "INBOX.lists.acme-users"
#= by its subject
#| Subject: [acme-users] [fwd] version 1.0 is out
#> fileinto "INBOX.lists.acme-users:[fwd] version 1.0 is out"
