# RFC 5173 §4: no empty line, no body, no match; an empty body is ""
require ["body", "fileinto"];
if body :raw :contains "" { fileinto "raw"; }
if body :raw :is "" { fileinto "empty"; }
if body :contains "" { fileinto "text"; }
if not body :content "" :contains "" { fileinto "none"; }
#= header only
#| Subject: hello
#> fileinto "none"
#= header and empty line
#| Subject: hello
#| 
#> fileinto "raw"
#> fileinto "empty"
#> fileinto "text"
