# RFC 6068 §2, RFC 5122 §2.2: URIs that are valid and URIs that are not
require ["enotify", "fileinto", "copy"];
if valid_notify_method ["mailto:a@example.org,b@example.org", "mailto:?to=a@example.org", "mailto:%22a%20b%22@example.org",
    "mailto:a@example.org?subject=x%20y&body=a%0D%0Ab&X-Priority=1", "MAILTO:a@example.org?cc=b@example.org",
    "xmpp:example.org", "xmpp:a@example.org/home", "xmpp://me@example.com/a@example.org", "xmpp:n%C3%B6d@example.org?roster;name=x",
    "webpush:phone", "webpush:*", "https://example.org:8443/x?y=z"] { fileinto :copy "all valid"; }
if valid_notify_method "mailto:a" { fileinto :copy "1"; }
if valid_notify_method "mailto:a@example.org?subject=a%0D%0AX: b" { fileinto :copy "2"; }
if valid_notify_method "mailto:a@example.org?subject=a%0D%0AX%3A%20b" { fileinto :copy "3"; }
if valid_notify_method "mailto:a@example.org?subject" { fileinto :copy "4"; }
if valid_notify_method "mailto:a@example.org?a%20b=c" { fileinto :copy "5"; }
if valid_notify_method "mailto:%FF@example.org" { fileinto :copy "6"; }
if valid_notify_method "xmpp:" { fileinto :copy "7"; }
if valid_notify_method "xmpp:a b@example.org" { fileinto :copy "8"; }
if valid_notify_method "https://user:secret@example.org/" { fileinto :copy "9"; }
if valid_notify_method "https:///" { fileinto :copy "10"; }
if valid_notify_method "webpush:" { fileinto :copy "11"; }
if valid_notify_method "file:///etc/passwd" { fileinto :copy "12"; }
#= any message
#> fileinto :copy "all valid"
#> keep (implicit)
