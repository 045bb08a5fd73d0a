# RFC 5229 §4.1.2: quoted text matches only itself
require ["variables", "fileinto"];
set :quotewildcard "quoted" "a*b?c\\";
if string :matches "a*b?c\\" "${quoted}" { fileinto "itself"; }
if string :matches "axbyc\\" "${quoted}" { fileinto "another"; }
#= any message
#> fileinto "itself"
