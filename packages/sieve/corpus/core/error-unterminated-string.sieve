# RFC 5228 §8.1: a string without an end is reported where it begins
#! 4:10 This string has no end: a closing quote is missing.
#
fileinto "spam;
