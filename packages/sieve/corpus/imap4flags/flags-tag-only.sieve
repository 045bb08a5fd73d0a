# RFC 5232 §5: with :flags only those flags, without it those of the internal variable
require ["imap4flags", "fileinto"];
addflag "\\Seen";
fileinto :flags ["\\Flagged", "$Work"] "A";
fileinto "B";
fileinto :flags "" "C";
keep;
#= any message
#> fileinto :flags ["\\Flagged", "$Work"] "A"
#> fileinto :flags "\\Seen" "B"
#> fileinto "C"
#> keep :flags "\\Seen"
