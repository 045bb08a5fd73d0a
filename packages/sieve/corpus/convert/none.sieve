# RFC 6558 §2: a message without parts of the type is not affected
require ["convert"];
convert "image/tiff" "image/jpeg" "";
#= text
#> keep (implicit)
