# RFC 7352 §5.1: duplicates by Message-ID go into a mailbox of their own
require ["duplicate", "fileinto", "mailbox"];

if duplicate {
  fileinto :create "Trash/Duplicate";
}
#= the first time
#| Message-ID: <a@example.org>
#> keep (implicit)
#> remember "<a@example.org>" 604800
#= the second time
#& remembered "" <a@example.org>
#| Message-ID: <a@example.org>
#> fileinto :create "Trash/Duplicate"
#> remember "<a@example.org>" 604800
#= no Message-ID: never a duplicate, and nothing is remembered
#> keep (implicit)
