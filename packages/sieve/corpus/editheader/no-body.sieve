# A header without a blank line behind it gets one; the body is not touched.
require "editheader";
addheader :last "X" "y";

#= without a blank line
#| Subject: a
#> keep (implicit) (edited)
#+ Subject: a
#+ X: y
#+ 

#= without a field
#| 
#| body
#> keep (implicit) (edited)
#+ X: y
#+ 
#+ body
