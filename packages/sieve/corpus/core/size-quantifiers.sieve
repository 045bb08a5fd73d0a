# RFC 5228 §2.4.1: K, M and G in either case, and 2^31 - 1
require "fileinto";
if size :over 1k { fileinto "1k"; }
if size :over 1M { fileinto "1M"; }
if size :over 1g { fileinto "1g"; }
if size :under 2147483647 { fileinto "2^31-1"; }
#= 1025 octets
#& octets 1025
#> fileinto "1k"
#> fileinto "2^31-1"
#= more than a gibioctet
#& octets 1073741825
#> fileinto "1k"
#> fileinto "1M"
#> fileinto "1g"
#> fileinto "2^31-1"
