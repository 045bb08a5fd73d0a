# RFC 5228 §8.1: a text without an end is reported where it begins
#! 3:10 This text has no end: a line with a single "." is missing.
redirect text:
tim@example.com
..
