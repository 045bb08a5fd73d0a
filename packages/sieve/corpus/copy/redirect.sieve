# RFC 3894 §3: a redirected copy leaves the implicit keep alone
require "copy";
redirect :copy "ned@example.com";
#= any message
#> redirect :copy "ned@example.com"
#> keep (implicit)
