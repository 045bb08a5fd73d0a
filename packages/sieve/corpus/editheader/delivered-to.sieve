# RFC 5293 §5: the counting happens before the match.
require "editheader";
deleteheader :index 1 :contains "Delivered-To"
                        "bob@example.com";

#= the first is bob's
#| Delivered-To: <bob@example.com>
#| Delivered-To: <ann@example.com>
#| 
#> keep (implicit) (edited)
#+ Delivered-To: <ann@example.com>
#+ 

#= the second is bob's
#| Delivered-To: <ann@example.com>
#| Delivered-To: <bob@example.com>
#| 
#> keep (implicit)
