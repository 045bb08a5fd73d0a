# RFC 5228 §2.10.2: which actions cancel the implicit keep, and which leave it, one by one.
require ["fileinto", "copy", "mailbox", "imap4flags", "variables", "editheader", "replace", "enclose", "foreverypart",
         "extracttext", "reject", "ereject", "enotify", "vacation", "special-use"];

if header "X-Do" "keep" { keep; }
if header "X-Do" "fileinto" { fileinto "A"; }
if header "X-Do" "fileinto-create" { fileinto :create "A"; }
if header "X-Do" "fileinto-use" { fileinto :specialuse "\\Junk" "A"; }
if header "X-Do" "fileinto-copy" { fileinto :copy "A"; }
if header "X-Do" "redirect" { redirect "a@example.org"; }
if header "X-Do" "redirect-copy" { redirect :copy "a@example.org"; }
if header "X-Do" "discard" { discard; }
if header "X-Do" "reject" { reject "no"; }
if header "X-Do" "ereject" { ereject "no"; }
if header "X-Do" "flags" { setflag "a"; addflag "b"; removeflag "a"; }
if header "X-Do" "set" { set "a" "b"; }
if header "X-Do" "edit" { addheader "A" "b"; deleteheader "A"; }
if header "X-Do" "replace" { replace "text"; }
if header "X-Do" "enclose" { enclose "text"; }
if header "X-Do" "loop" { foreverypart { extracttext "a"; break; } }
if header "X-Do" "notify" { notify "mailto:a@example.org"; }
if header "X-Do" "copies" { fileinto :copy "A"; redirect :copy "a@example.org"; }
if header "X-Do" "copy-and-file" { fileinto :copy "A"; fileinto "B"; }
if header "X-Do" "discard-and-copy" { discard; fileinto :copy "A"; }
if header "X-Do" "discard-and-keep" { discard; keep; }
if header "X-Do" "stop" { stop; }

#= nothing
#| X-Do: nothing
#| 
#> keep (implicit)

#= keep
#| X-Do: keep
#| 
#> keep

#= fileinto
#| X-Do: fileinto
#| 
#> fileinto "A"

#= fileinto :create
#| X-Do: fileinto-create
#| 
#> fileinto :create "A"

#= fileinto :specialuse
#| X-Do: fileinto-use
#| 
#> fileinto :specialuse "\\Junk" "A"

#= fileinto :copy
#| X-Do: fileinto-copy
#| 
#> fileinto :copy "A"
#> keep (implicit)

#= redirect
#| X-Do: redirect
#| 
#> redirect "a@example.org"

#= redirect :copy
#| X-Do: redirect-copy
#| 
#> redirect :copy "a@example.org"
#> keep (implicit)

#= discard
#| X-Do: discard
#| 

#= reject
#| X-Do: reject
#| 
#> reject "no"

#= ereject
#| X-Do: ereject
#| 
#> ereject "no"

#= flags
#| X-Do: flags
#| 
#> keep :flags "b" (implicit)

#= set
#| X-Do: set
#| 
#> keep (implicit)

#= editheader
#| X-Do: edit
#| 
#> keep (implicit) (edited)

#= replace
#| X-Do: replace
#| 
#> keep (implicit) (edited)

#= enclose
#| X-Do: enclose
#| 
#> keep (implicit) (edited)

#= foreverypart and extracttext
#| X-Do: loop
#| 
#> keep (implicit)

#= notify
#| X-Do: notify
#| 
#> notify :importance "2" "mailto:a@example.org"
#> keep (implicit)

#= two copies
#| X-Do: copies
#| 
#> fileinto :copy "A"
#> redirect :copy "a@example.org"
#> keep (implicit)

#= a copy, and one that is none
#| X-Do: copy-and-file
#| 
#> fileinto :copy "A"
#> fileinto "B"

#= discard cancels what a copy leaves
#| X-Do: discard-and-copy
#| 
#> fileinto :copy "A"

#= an explicit keep outweighs discard
#| X-Do: discard-and-keep
#| 
#> keep

#= stop
#| X-Do: stop
#| 
#> keep (implicit)
