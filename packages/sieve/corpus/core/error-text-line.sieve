# RFC 5228 §2.4.2: nothing but a hash comment stands behind text:
#! 3:10 After "text:" only a "#" comment may stand in the line; the text begins in the next one.
redirect text: /* comment */
tim@example.com
.
;
