# RFC 5228 §8.1: a comment without an end is reported where it begins
#! 3:7 This comment has no end: a "*/" is missing.
keep; /* and then
