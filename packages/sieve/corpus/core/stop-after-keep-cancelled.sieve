# RFC 5228 §3.3: a cancelled implicit keep stays cancelled
discard; stop;
#= any message
