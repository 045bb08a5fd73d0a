# RFC 5233 §4: postmaster whatever the detail, and two details of ken's
require ["envelope", "subaddress", "fileinto"];
if envelope :user "to" "postmaster" {
    fileinto "inbox.postmaster";
    stop;
}
if envelope :detail "to" "mta-filters" {
    fileinto "inbox.ietf-mta-filters";
}
if envelope :detail "to" "foo" {
    redirect "ken@example.net";
}
#= postmaster with a detail
#< a@example.org postmaster+x@example.com
#> fileinto "inbox.postmaster"
#= postmaster
#< a@example.org postmaster@example.com
#> fileinto "inbox.postmaster"
#= the list
#< a@example.org ken+mta-filters@example.com
#> fileinto "inbox.ietf-mta-filters"
#= foo
#< a@example.org ken+foo@example.com
#> redirect "ken@example.net"
#= no detail
#< a@example.org ken@example.com
#> keep (implicit)
