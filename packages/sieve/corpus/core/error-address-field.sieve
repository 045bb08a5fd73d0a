# RFC 5228 §5.1: address is for fields with addresses
#! 3:21 The field "Subject" holds no addresses.
if address ["From", "Subject"] "a" { stop; }
