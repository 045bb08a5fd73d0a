# RFC 5183 §4: match variables come of it, and the name may be one
require ["environment", "variables", "fileinto"];
set "item" "host";
if environment :matches "${item}" "*.*" { fileinto "${1}"; }
#= any message
#& environment host mail.example.org
#> fileinto "mail"
