# RFC 5703 §3: an inner loop walks through what is inside of the part that the outer one is at; break by name.
require ["foreverypart", "mime", "variables", "fileinto", "copy"];
foreverypart :name "outer" {
    if header :mime :matches "X-Part" "*" { set "outer" "${1}"; }
    foreverypart :name "inner" {
        if header :mime :matches "X-Part" "*" { fileinto :copy "${outer}>${1}"; }
        if header :mime "X-Part" "1.2" { break :name "outer"; }
        if header :mime "X-Part" "1.1" { foreverypart { fileinto "never"; } if string "${outer}" "0" { break; } }
    }
    fileinto :copy "${outer}";
}
discard;

#= a tree
#| X-Part: 0
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| X-Part: 1
#| Content-Type: multipart/mixed; boundary=c
#| 
#| --c
#| X-Part: 1.1
#| 
#| --c
#| X-Part: 1.2
#| 
#| --c--
#| --b
#| X-Part: 2
#| 
#| --b--
#> fileinto :copy "0>1"
#> fileinto :copy "0>1.1"
#> fileinto :copy "0"
#> fileinto :copy "1>1.1"
#> fileinto :copy "1>1.2"
