# RFC 5293 §7: each action has the message as it was then; the implicit keep has it as it is at the end.
require ["editheader", "fileinto", "copy"];
fileinto :copy "before";
addheader :last "X-A" "1";
fileinto :copy "between";
redirect :copy "ned@example.org";
addheader :last "X-B" "2";

#= four
#| Subject: a
#| 
#| x
#> fileinto :copy "before"
#> fileinto :copy "between" (edited)
#+ Subject: a
#+ X-A: 1
#+ 
#+ x
#> redirect :copy "ned@example.org" (edited)
#+ Subject: a
#+ X-A: 1
#+ 
#+ x
#> keep (implicit) (edited)
#+ Subject: a
#+ X-A: 1
#+ X-B: 2
#+ 
#+ x
