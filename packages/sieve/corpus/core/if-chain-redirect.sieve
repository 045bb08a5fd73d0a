# RFC 5228 §3.1: each message goes to one address
if header :contains ["From"] ["coyote"] {
   redirect "acm@example.com";
} elsif header :contains "Subject" "$$$" {
   redirect "postmaster@example.com";
} else {
   redirect "field@example.com";
}
#= message A
#> redirect "acm@example.com"
#= message B
#& message message-b
#> redirect "postmaster@example.com"
#= another
#| Subject: hello
#> redirect "field@example.com"
