# RFC 6609 §3.4.2: a declared variable and one of the namespace are the same
require ["variables", "include", "fileinto"];
global "i_am_on_vacation";

set "global.i_am_on_vacation" "1";
set "Global.Other" "here";
set "other" "local";

if string :is "${i_am_on_vacation}" "1"
{
    fileinto "${global.other} ${other} ${GLOBAL.unset}.";
}
#= any message
#> fileinto "here local ."
