# RFC 5293 §4, §5: names that are none, and :last without :index.
require "editheader";
addheader "X:" "y";
addheader "" "y";
addheader "X Y" "y";
addheader "Gruß" "y";
deleteheader "X Y";
deleteheader :last "X";
deleteheader :index 0 "X";
addheader :index 1 "X" "y";

#! 3:11 no name of a header field
#! 4:11 no name of a header field
#! 5:11 no name of a header field
#! 6:11 no name of a header field
#! 7:14 no name of a header field
#! 8:14 The tag ":last" means nothing without ":index"
#! 9:21 counted from 1
#! 10:11 has no tag ":index"
