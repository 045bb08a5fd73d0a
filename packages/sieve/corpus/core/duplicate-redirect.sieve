# RFC 5228 §2.10.3: one copy an address; domains compare without case
redirect "Ned@example.com"; redirect "Ned <Ned@EXAMPLE.com>"; redirect "ned@example.com";
#= any message
#> redirect "Ned@example.com"
#> redirect "ned@example.com"
