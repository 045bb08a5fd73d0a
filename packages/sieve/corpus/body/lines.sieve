# RFC 5173 §4: strings contain their CRLFs
require ["body", "fileinto"];
if body :raw :is text:
one
two
.
{ fileinto "both lines"; }
if body :raw :is "one" { fileinto "a line"; }
if body :raw :matches "one??two??" { fileinto "CR and LF"; }
#= two lines
#| Subject: x
#| 
#| one
#| two
#> fileinto "both lines"
#> fileinto "CR and LF"
