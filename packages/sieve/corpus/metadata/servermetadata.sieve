# RFC 5490 §4.1: the server's entries; :matches sets match variables. Filing stands for the example's notification.
require ["fileinto", "servermetadata", "variables", "envelope"];

if servermetadata :matches
   "/private/vendor/vendor.isode/notification-uri" "*" {
    set "notif_uri" "${0}";
}

if not string :is "${notif_uri}" "none" {
    # :matches is used to get the MAIL FROM address
    if envelope :all :matches "from" "*" {
        set "env_from" " [really: ${1}]";
    }

    # :matches is used to get the value of the Subject header
    if header :matches "Subject" "*" {
        set "subject" "${1}";
    }

    # :matches is used to get the address from the From header
    if address :matches :all "from" "*" {
        set "from_addr" "${1}";
    }

    fileinto "${from_addr}${env_from}: ${subject} ${notif_uri}";
}

#= an address
#& server-metadata /private/vendor/vendor.isode/notification-uri mailto:a@example.org
#> fileinto "coyote@desert.example.org [really: coyote@desert.example.org]: I have a present for you mailto:a@example.org"

#= none is wanted
#& server-metadata /private/vendor/vendor.isode/notification-uri none
#> keep (implicit)
