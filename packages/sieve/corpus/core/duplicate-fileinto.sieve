# RFC 5228 §2.10.3: one copy a mailbox, at the place of the first mention
require "fileinto";
fileinto "A"; fileinto "B"; fileinto "A";
#= any message
#> fileinto "A"
#> fileinto "B"
