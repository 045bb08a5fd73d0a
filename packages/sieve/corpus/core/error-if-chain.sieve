# RFC 5228 §3.1: elsif and else stand behind if or elsif; there is no "else if"
#! 7:1 "elsif" must stand right behind "if" or "elsif".
#! 8:25 "else" must stand right behind "if" or "elsif".
#! 9:28 "else" must stand right behind "if" or "elsif".
#! 9:43 "elsif" must stand right behind "if" or "elsif".
#! 10:18 "else" takes no test; is a ";" or a quote missing before it?
elsif true { keep; }
keep; if true { } keep; else { stop; }
if true { stop; } else { } else { stop; } elsif true { }
if true { } else if true { stop; }
