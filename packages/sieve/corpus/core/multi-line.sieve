# RFC 5228 §2.4.2, §8.1: text: with comment, dot-stuffing, and its last CRLF in the value
require "fileinto";
if header :contains "Subject" text: # a comment
present
.
{ fileinto "with its CRLF"; }
if header :contains text: 
Subject
.
 "" { fileinto "no field has such a name"; }
if not header :is "X" [text:
..dot
.foo
.
, "next"] { fileinto "in a list"; }
#= message A
#> fileinto "in a list"
