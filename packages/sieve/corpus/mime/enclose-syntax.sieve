# RFC 5703 §9.2 as it is printed has ":text", which no tag is; the example before stands for it.
require [ "foreverypart", "mime", "enclose" ];
enclose :subject "Warning" :text
"WARNING!";

#! 3:28 has no tag ":text"
