# RFC 5228 §2.3: a hash comment ends with its line
if size :over 100k { # this is a comment
   discard;
}
#= longer
#& octets 102401
#= exactly as long is not over
#& octets 102400
#> keep (implicit)
