# RFC 5228 §10: too many redirects are a run-time error, and nothing is done but to keep
redirect "a@example.com"; redirect "b@example.com"; redirect "c@example.com"; redirect "d@example.com";
redirect "e@example.com";
#= any message
#> error 3:1 The script redirects to more than 4 addresses.
#> keep (implicit)
