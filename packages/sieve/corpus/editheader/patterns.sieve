# RFC 5293 §5: by value, as the header test compares; :last counts from behind; nothing found is no error.
require ["editheader", "regex", "variables", "relational"];
deleteheader :matches "X" "  nothing*";
deleteheader "X" ["one", "TWO"];
deleteheader :regex "Y" "^[0-9]+$";
deleteheader :index 1 :last "Z";
deleteheader :index 9 "Z";
deleteheader :contains :comparator "i;octet" "Z" "A";
deleteheader :value "gt" "V" "m";
deleteheader :comparator "i;octet" :contains "W";
addheader "Seen" "${0}";

#= each its own
#| X: one
#| X:  two  
#| X: three
#| Y: 12
#| Y: 1x
#| Z: a
#| Z: A
#| Z: last
#| V: a
#| V: z
#| W: x
#| 
#> keep (implicit) (edited)
#+ Seen: 
#+ X: three
#+ Y: 1x
#+ Z: a
#+ V: a
#+ 
