# RFC 5429 §2.2.1: mail from the coyote is refused with a text of two lines
require ["reject"];
if header :contains "from" "coyote@desert.example.org" {
  reject text:
I am not taking mail from you, and I don't
want your birdseed, either!
.
  ;
}
#= message A
#> reject "I am not taking mail from you, and I don't↵want your birdseed, either!↵"
#= message B
#& message message-b
#> keep (implicit)
