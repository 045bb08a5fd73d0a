# RFC 5463 §4: what is not known anywhere is no error while nobody uses it
require ["ihave", "fileinto"];
if ihave "vnd.acme.rocket" {
    launch :fuel 3 ["moon", "mars"] "now" { fileinto "Sent"; }
} elsif allof (ihave "vnd.acme.boat", weather :in "port" "fine") {
    sail;
} else {
    fileinto "Home";
}
#= any message
#> fileinto "Home"
