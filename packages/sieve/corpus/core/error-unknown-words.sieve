# RFC 5228 §2.10.6: every unknown word is reported, and what stands inside it is still checked
#! 6:1 "frobnicate" is no command known here.
#! 7:4 "frobnicated" is no test known here.
#! 8:25 "nonsense" is no test known here.
#! 9:1 "header" is a test, not a command: it belongs behind "if" or "elsif".
frobnicate "a";
if frobnicated { keep; }
if anyof (true, not     nonsense) { keep; }
header "a" "b";
