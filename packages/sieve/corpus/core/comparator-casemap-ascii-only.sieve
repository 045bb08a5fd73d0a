# RFC 5228 §2.7.3: i;ascii-casemap folds ASCII and nothing else
require "fileinto";
if header :is "Subject" "É" { fileinto "capital"; }
if header :is "Subject" "é" { fileinto "small"; }
if header :is "Subject" "aé" { fileinto "folded"; }
#= capital
#| Subject: =?utf-8?B?w4k=?=
#> fileinto "capital"
#= small
#| Subject: =?iso-8859-1?Q?=E9?=
#> fileinto "small"
#= an ASCII letter beside it
#| Subject: =?iso-8859-1?Q?A=E9?=
#> fileinto "folded"
