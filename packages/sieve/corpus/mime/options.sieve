# RFC 5703 §4.1: what each option makes of each field, and what :count counts.
require ["mime", "fileinto", "relational", "comparator-i;ascii-numeric", "copy", "index"];
if header :mime :type "Content-Disposition" "attachment" { fileinto :copy "1"; }
if header :mime :subtype "Content-Disposition" "" { fileinto :copy "2"; }
if header :mime :contenttype "Content-Disposition" "ATTACHMENT" { fileinto :copy "3"; }
if header :mime :subtype "Content-ID" "" { fileinto :copy "4"; }
if header :mime :count "eq" :comparator "i;ascii-numeric" :type "Content-Type" "1" { fileinto :copy "5"; }
if header :mime :param ["name", "charset"] :count "eq" :comparator "i;ascii-numeric" "Content-Type" "2" { fileinto :copy "6"; }
if header :mime :param "name" "Content-Type" "Grüße" { fileinto :copy "7"; }
if header :mime "Subject" "Grüße" { fileinto :copy "8"; }
if header :mime :contenttype :matches "Content-Type" "*/*" { fileinto :copy "9"; }
if header :mime :index 2 :type "Content-Type" "image" { fileinto :copy "10"; }
discard;

#= each
#| Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
#| Content-Disposition: attachment; filename=x
#| Content-ID: <a@b>
#| Content-Type: text/plain; charset=us-ascii; name="=?utf-8?Q?Gr=C3=BC=C3=9Fe?="
#| Content-Type: broken
#| 
#> fileinto :copy "1"
#> fileinto :copy "2"
#> fileinto :copy "3"
#> fileinto :copy "4"
#> fileinto :copy "5"
#> fileinto :copy "6"
#> fileinto :copy "7"
#> fileinto :copy "8"
#> fileinto :copy "9"

#= the second field
#| Content-Type: text/plain
#| Content-Type: image/png
#| 
#> fileinto :copy "9"
#> fileinto :copy "10"
