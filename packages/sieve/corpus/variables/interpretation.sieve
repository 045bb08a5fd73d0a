# RFC 5229 §3: what is a reference and what is not
require ["variables", "fileinto"];
set "company" "ACME";
fileinto "1&%${}!";
fileinto "2${doh!}";
fileinto "3${full}";
fileinto "4${company}";
fileinto "5${BAD${Company}";
fileinto "6${President, ${Company} Inc.}";
#= any message
#> fileinto "1&%${}!"
#> fileinto "2${doh!}"
#> fileinto "3"
#> fileinto "4ACME"
#> fileinto "5${BADACME"
#> fileinto "6${President, ACME Inc.}"
