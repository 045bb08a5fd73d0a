# RFC 5703 §3, §4: break outside of a loop or by a name that no loop has; tags of :mime without it; text outside of loops.
require ["foreverypart", "mime", "extracttext", "variables", "replace"];
break;
foreverypart :name "a" { break :name "b"; if true { break :name "a"; } }
foreverypart { foreverypart { break; } }
if true { break; }
if header :anychild "A" "b" { keep; }
if header :type "A" "b" { keep; }
if header :mime :type :subtype "A" "b" { keep; }
if exists :mime :type "A" { keep; }
extracttext "x";
foreverypart { extracttext "1"; extracttext :first "1" "x"; }
replace :mime :subject "a" "b";
replace :from "no address" "b";
foreverypart;

#! 3:1 must stand inside of "foreverypart"
#! 4:26 No "foreverypart" around this has that name
#! 6:11 must stand inside of "foreverypart"
#! 7:11 means nothing without ":mime"
#! 8:11 means nothing without ":mime"
#! 9:23 cannot have both ":type" and ":subtype"
#! 10:17 has no tag ":type"
#! 11:1 must stand inside of "foreverypart"
#! 12:28 A match variable cannot be set
#! 12:52 must be a number
#! 13:1 ":mime" brings its own header
#! 14:15 no list of addresses
#! 15:1 needs a block
