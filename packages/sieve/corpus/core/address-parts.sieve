# RFC 5228 §2.7.4: parts of addresses
require "fileinto";
if address :localpart "To" "roadrunner" { fileinto "local"; }
if address :domain "To" "ACME.example.com" { fileinto "domain"; }
if address :all "To" "roadrunner@acme.example.com" { fileinto "all"; }
if address "To" "roadrunner@acme.example.com" { fileinto "default"; }
if address :domain :contains "To" "acme" { fileinto "any order"; }
if address :localpart "To" "acme.example.com" { fileinto "no"; }
#= message A
#> fileinto "local"
#> fileinto "domain"
#> fileinto "all"
#> fileinto "default"
#> fileinto "any order"
