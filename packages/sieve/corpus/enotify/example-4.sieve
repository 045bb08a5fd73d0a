# RFC 5435 §4, example 4: which methods are valid
require ["enotify", "fileinto", "copy"];
if not valid_notify_method ["mailto:",
        "http://gw.example.net/notify?test"] {
    fileinto :copy "mailto: has nobody to send to";
}
if valid_notify_method ["mailto:a@example.org", "http://gw.example.net/notify?test", "HTTPS://gw.example.net/"] {
    fileinto :copy "valid";
}
if valid_notify_method "" { fileinto :copy "none"; }
#= any message
#> fileinto :copy "mailto: has nobody to send to"
#> fileinto :copy "valid"
#> keep (implicit)
