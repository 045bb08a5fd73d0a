# RFC 5228 §2.10.7: fifteen levels of blocks and of tests
if true { if true { if true { if true { if true { if true { if true { if true {
if true { if true { if true { if true { if true { if true { if true {
   if not not not not not not not not not not not not not not not false { discard; }
}}}}}}}}}}}}}}}
#= any message
