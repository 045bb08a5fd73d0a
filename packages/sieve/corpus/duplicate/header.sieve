# RFC 7352 §3.1: the first field counts, unfolded, decoded and trimmed; a name that is none is no error
require "duplicate";
if duplicate :header "Subject" { discard; }
if duplicate :header "not a name" { stop; }
if duplicate :header "X-Absent" { stop; }
if duplicate :header "X-Empty" { stop; }
#= two fields
#| Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
#|  from far away
#| Subject: another
#| X-Empty:
#> keep (implicit)
#> remember "Grüße from far away" 604800
#= letter for letter
#& remembered "" HELLO
#| Subject: hello
#> keep (implicit)
#> remember "hello" 604800
