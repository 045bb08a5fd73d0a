# RFC 5173 §5.2: what names a type and what names none
require ["body", "fileinto"];
if body :content "" :contains "" { fileinto "all"; }
if body :content "TEXT/Html" :contains "" { fileinto "html"; }
if body :content "text/" :contains "" { fileinto "slash behind"; }
if body :content "/html" :contains "" { fileinto "slash before"; }
if body :content "text/html/x" :contains "" { fileinto "slashes"; }
if body :content ["audio", "text/plain"] :contains "" { fileinto "either"; }
if body :content "audio/mp3" :contains "" { fileinto "jukebox"; }
if body :content "image" :contains "" { fileinto "none"; }
#= the RFC's message
#& message nested
#> fileinto "all"
#> fileinto "html"
#> fileinto "either"
#= an audio part
#| Content-Type: audio/mp3
#| Content-Transfer-Encoding: base64
#| 
#| AAEC
#> fileinto "all"
#> fileinto "either"
#> fileinto "jukebox"
