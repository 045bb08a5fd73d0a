# RFC 8579 §3: without a mailbox, every use must have one; with one, it must have every use.
require ["special-use", "fileinto", "variables"];

if specialuse_exists ["\\Junk", "\\Trash"] { fileinto "any"; }
set "use" "\\Junk";
if specialuse_exists "Spam" ["${use}"] { fileinto "Spam"; }
if specialuse_exists "Spam" ["\\Junk", "\\Trash"] { fileinto "both"; }
if anyof (specialuse_exists "a\Nb", specialuse_exists "Junk", specialuse_exists "" "\\Junk") { fileinto "never"; }

#= both exist, in two mailboxes
#& special-use \Junk Spam
#& special-use \Trash Bin
#> fileinto "any"
#> fileinto "Spam"

#= one mailbox has both
#& special-use \Junk Spam
#& special-use \Trash Spam
#> fileinto "any"
#> fileinto "Spam"
#> fileinto "both"

#= only one is there
#& special-use \Trash Bin
#> keep (implicit)
