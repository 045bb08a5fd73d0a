# RFC 5228 §5.7: any combination of names and keys
if header :is ["Subject", "X-Subject"] ["one", "two"] { discard; }
#= second and second
#| Subject: three
#| X-Subject: TWO
#= none
#| Subject: onetwo
#> keep (implicit)
