# RFC 5228 §8.2: string lists hold strings, at least one
#! 6:12 A string list must hold at least one string.
#! 7:12 A string is expected in the string list, not the number 5.
#! 8:16 In a string list "," or "]" is expected, not a string.
#! 9:17 A string is expected in the string list, not "]".
if exists [] { stop; }
if exists [5] { stop; }
if exists ["a" "b"] { stop; }
if exists ["a", ] { stop; }
