# RFC 7352 §3.2: where an ID comes from makes no difference
require ["duplicate", "variables", "fileinto", "copy"];
if duplicate { fileinto :copy "default"; }
if duplicate :header "message-id" { fileinto :copy "header"; }
if header :matches "message-id" "*" {
  if duplicate :uniqueid "${0}" { fileinto :copy "uniqueid"; }
}
#= all three
#& remembered "" <a@b>
#| Message-ID:  <a@b>
#> fileinto :copy "default"
#> fileinto :copy "header"
#> fileinto :copy "uniqueid"
#> keep (implicit)
#> remember "<a@b>" 604800
