# RFC 5173 §5.3: the project schedule
require ["body", "fileinto"];
if body :text :contains "project schedule" { fileinto "project/schedule"; }
#= mentioned
#| Subject: x
#| 
#| The Project Schedule is late.
#> fileinto "project/schedule"
