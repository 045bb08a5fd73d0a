# RFC 5228 §2.3: a bracketed comment may span lines and stand anywhere
if size :over 100K { /* this is a comment
   this is still a comment */ discard /* this is a comment
   */ ;
}
/**/ /***/ /* * / ** */
#= longer
#& octets 102401
#= shorter
#> keep (implicit)
