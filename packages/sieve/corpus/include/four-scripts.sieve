# RFC 6609 §3.2: the four personal scripts and the global one
require ["include"];

include :personal "always_allow";
include :global "spam_tests";
include :personal "spam_tests";
include :personal "mailing_lists";
#= the boss
#& script personal always_allow always_allow.inc
#& script personal spam_tests spam_tests.inc
#& script personal mailing_lists mailing_lists.inc
#& script global spam_tests global_spam_tests.inc
#| From: boss@example.com
#> keep
#= what the site refuses
#& script personal always_allow always_allow.inc
#& script personal spam_tests spam_tests.inc
#& script personal mailing_lists mailing_lists.inc
#& script global spam_tests global_spam_tests.inc
#| From: x@example.org
#| Subject: Make money fast
#> reject "No thank you."
#= what the user refuses
#& script personal always_allow always_allow.inc
#& script personal spam_tests spam_tests.inc
#& script personal mailing_lists mailing_lists.inc
#& script global spam_tests global_spam_tests.inc
#| From: money@example.com
#> reject "Mail from this sender is unwelcome."
#= a list
#& script personal always_allow always_allow.inc
#& script personal spam_tests spam_tests.inc
#& script personal mailing_lists mailing_lists.inc
#& script global spam_tests global_spam_tests.inc
#| From: x@example.org
#| List-ID: sieve.ietf.org
#> fileinto "lists.sieve"
#= nothing of that
#& script personal always_allow always_allow.inc
#& script personal spam_tests spam_tests.inc
#& script personal mailing_lists mailing_lists.inc
#& script global spam_tests global_spam_tests.inc
#| From: x@example.org
#> keep (implicit)
