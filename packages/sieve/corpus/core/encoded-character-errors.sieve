# RFC 5228 §2.4.2.4: well-formed sequences out of range are errors, others are not
#! 6:10 "${unicode:…}" names no character: 200000 is out of range.
#! 7:10 "${unicode:…}" names no character: DF01 is out of range.
#! 10:10 The name of a mailbox must be valid UTF-8.
require ["encoded-character", "fileinto"]; fileinto "${unicode:D800x}";
fileinto "${unicode:200000}";
fileinto "${Unicode:DF01}";
fileinto "${unicode:10FFFF}";
fileinto "${unicode:41 20AC 1F600}";
fileinto "${hex:FF}";
