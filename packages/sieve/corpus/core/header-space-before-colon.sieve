# RFC 5228 §2.4.2.2: space between name and colon is ignored
if header :is "Subject" "hello" { discard; }
#= an old-fashioned header
#| Subject  : hello
