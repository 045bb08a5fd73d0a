# RFC 5232 §3.1: a variable with flags
require ["fileinto", "imap4flags", "variables"];
if header :contains "from" "boss@frobnitzm.example.edu" {
    setflag "flagvar" "\\Flagged";
    fileinto :flags "${flagvar}" "INBOX.From Boss";
}
#= from the boss
#| From: boss@frobnitzm.example.edu
#> fileinto :flags "\\Flagged" "INBOX.From Boss"
