# RFC 5435 §6, example 6: what comes from elsewhere is encoded
require ["enotify", "variables"];

set :encodeurl "body_param" "Safe body&evil=evilbody";

notify "mailto:tim@example.com?body=${body_param}";
#= any message
#> notify :importance "2" "mailto:tim@example.com?body=Safe%20body%26evil%3Devilbody"
#> keep (implicit)
