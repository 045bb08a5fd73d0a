# RFC 5228 §8.2: an empty script is a script
#= any message
#> keep (implicit)
