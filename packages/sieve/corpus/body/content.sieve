# RFC 5173 §5.2: which lines of the nested example each type shows
require ["body", "fileinto"];
if body :content "multipart" :contains "MIME" { fileinto "&"; }
if body :content "text/plain" :contains "Hello" { fileinto "$"; }
if body :content "text/html" :contains "Hello" { fileinto "%"; }
if body :content "text" :contains "<body>Hello" { fileinto "$%"; }
if body :content "message/rfc822" :contains "Hello" { fileinto "!"; }
if body :content "message/rfc822" :contains "Please" { fileinto "not the body of the nested message"; }
if body :content "text/html" :contains "Please" { fileinto "not the other part"; }
if body :content "multipart" :contains "Hello" { fileinto "not the parts"; }
#= the RFC's message
#& message nested
#> fileinto "&"
#> fileinto "$"
#> fileinto "%"
#> fileinto "$%"
#> fileinto "!"
