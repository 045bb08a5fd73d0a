# RFC 6609 §3.4.1: a script as a subroutine
require ["fileinto", "include", "variables", "relational"];
global "test";
global "test_mailbox";

set "test" "$$";
include "subject_tests";

set "test" "Make money";
include "subject_tests";

if string :count "eq" "${test_mailbox}" "1"
{
    fileinto "${test_mailbox}";
    stop;
}
#= one that matches
#& script personal subject_tests subject_tests.inc
#| Subject: Make money fast
#> fileinto "spam-Make money"
#= one that does not
#& script personal subject_tests subject_tests.inc
#> keep (implicit)
