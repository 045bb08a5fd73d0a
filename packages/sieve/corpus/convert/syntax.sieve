# RFC 6558 §2: media types and parameters that are none
require ["convert", "variables"];
convert "tiff" "image/jpeg" "";
convert "image/tiff" "image/*" "=1";
if convert "image/tiff" "image/jpeg" "pix-x" { keep; }
set "type" "nothing";
convert "image/tiff" "${type}" "";
convert "image/tiff" "image/jpeg";
#! 3:9 This is no media type
#! 4:22 This is no media type
#! 4:32 This is no parameter of a conversion
#! 5:38 This is no parameter of a conversion
#! 8:1 convert
