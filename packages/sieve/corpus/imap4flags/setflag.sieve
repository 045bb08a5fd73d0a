# RFC 5232 §3.1: flags of the implicit keep
require "imap4flags";
if size :over 500K {
    setflag "\\Deleted";
}
#= large
#& octets 512001
#> keep :flags "\\Deleted" (implicit)
#= small
#> keep (implicit)
