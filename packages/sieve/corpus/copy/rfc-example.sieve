# RFC 3894 §3: a copy is filed and more processing follows
require ["copy", "fileinto"];
fileinto :copy "incoming";
if header :contains "Subject" "spam" { discard; }
#= good
#> fileinto :copy "incoming"
#> keep (implicit)
#= spam
#| Subject: spam
#> fileinto :copy "incoming"
