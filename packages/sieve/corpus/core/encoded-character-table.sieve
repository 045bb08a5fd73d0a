# RFC 5228 §2.4.2.4: the RFC's table of encodings
require ["encoded-character", "fileinto"];
fileinto "$${hex:40}";
fileinto "2 ${hex: 40 }";
fileinto "3 ${HEX: 40}";
fileinto "4 ${hex:40";
fileinto "5 ${hex:400}";
fileinto "6 ${hex:4${hex:30}}";
fileinto "7 ${unicode:40}";
fileinto "8 ${ unicode:40}";
fileinto "9 ${UNICODE:40}";
fileinto "10 ${UnICoDE:0000040}";
fileinto "11 ${Unicode:40}";
fileinto "12 ${Unicode:Cool}";
#= any message
#> fileinto "$@"
#> fileinto "2 @"
#> fileinto "3 @"
#> fileinto "4 ${hex:40"
#> fileinto "5 ${hex:400}"
#> fileinto "6 ${hex:40}"
#> fileinto "7 @"
#> fileinto "8 ${ unicode:40}"
#> fileinto "9 @"
#> fileinto "10 @"
#> fileinto "11 @"
#> fileinto "12 ${Unicode:Cool}"
