# RFC 5463 §4: what changes the meaning of strings is not found
require ["ihave", "fileinto"];
if anyof (ihave "variables", ihave "encoded-character") {
    set "a" "B";
    discard;
}
fileinto "${a} ${hex: 41}";
#= any message
#> fileinto "${a} ${hex: 41}"
