# RFC 5228 §5.7: encoded white space around a value goes too, a no-break space does not
require "fileinto";
if header :is "Subject" "hello" { fileinto "trimmed"; }
if header :matches "Subject" "*hello" { fileinto "ends with it"; }
#= encoded blanks
#| Subject: =?utf-8?Q?_=09hello__?=
#> fileinto "trimmed"
#> fileinto "ends with it"
#= an encoded no-break space
#| Subject: =?utf-8?Q?=C2=A0hello?=
#> fileinto "ends with it"
