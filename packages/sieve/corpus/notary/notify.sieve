# RFC 6009 §4.1: each condition is tested by itself
require ["envelope", "envelope-dsn", "relational", "comparator-i;ascii-numeric", "fileinto", "copy"];

# Check whether SUCCESS notifications were requested,
# irrespective of any other requests that were made
if envelope "notify" "SUCCESS" { fileinto :copy "success"; }

# Check whether only FAILURE notifications were requested
if allof ( envelope "notify" "FAILURE",
           envelope :comparator "i;ascii-numeric"
                    :count "eq" "notify" "1"
         )
{ fileinto :copy "failure only"; }
if envelope :count "eq" :comparator "i;ascii-numeric" "notify" "0" { fileinto :copy "none"; }
#= two conditions
#& dsn notify SUCCESS,FAILURE
#> fileinto :copy "success"
#> keep (implicit)
#= one
#& dsn notify FAILURE
#> fileinto :copy "failure only"
#> keep (implicit)
#= none
#> fileinto :copy "none"
#> keep (implicit)
