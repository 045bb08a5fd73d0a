# RFC 5228 §2.10.6: after a syntax error the next command is read again
#! 7:6 "keep" takes no test; is a ";" or a quote missing before it?
#! 8:1 "frobnicate" is no command known here.
#! 9:1 This "}" closes no block.
#! 10:1 Here a command is expected, not ";".
#! 10:3 Here a command is expected, not a string.
keep keep;
frobnicate;
}
; "a" stop;
