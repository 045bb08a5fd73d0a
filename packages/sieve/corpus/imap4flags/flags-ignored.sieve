# RFC 5232 §2: what is no settable flag is ignored, and spaces do not matter
require ["imap4flags"];
addflag ["", "  \\Seen   \\Recent ", "\\Nonsense", "(bad)", "k\\b", "ümlaut", "$Work", "\\seen", "$WORK"];
#= any message
#> keep :flags ["\\Seen", "$Work"] (implicit)
