# RFC 5228 §2.4.2.2: folded fields are unfolded
if header :is "Subject" "one two three" { discard; }
#= folded twice
#| Subject: one
#|  two
#|  three
