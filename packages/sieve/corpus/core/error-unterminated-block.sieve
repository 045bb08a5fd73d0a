# RFC 5228 §8.2: a block without an end is reported where it begins
#! 3:9 This block has no end: a "}" is missing.
if true {
   keep;
