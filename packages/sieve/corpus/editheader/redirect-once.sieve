# RFC 5293 §4: don't redirect if we already redirected.
require "editheader";

/* Don't redirect if we already redirected */
if not header :contains "X-Sieve-Filtered"
        ["<kim@job.example.com>", "<kim@home.example.com>"]
{
        addheader "X-Sieve-Filtered" "<kim@job.example.com>";
        redirect "kim@home.example.com";
}

#= the first time
#| Subject: a
#| 
#| x
#> redirect "kim@home.example.com" (edited)
#+ X-Sieve-Filtered: <kim@job.example.com>
#+ Subject: a
#+ 
#+ x

#= the second time
#| X-Sieve-Filtered: <kim@job.example.com>
#| Subject: a
#| 
#> keep (implicit)
