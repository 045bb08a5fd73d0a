# RFC 5228 §2.4.2.3: a simple address, or a phrase and an address
redirect "Bart Simpson <bart@example.com>";
redirect "\"Simpson, Lisa\" <lisa@example.com>";
redirect "\"odd local\"@example.com";
redirect "homer@[192.0.2.1]";
#= any message
#> redirect "bart@example.com"
#> redirect "lisa@example.com"
#> redirect "\"odd local\"@example.com"
#> redirect "homer@[192.0.2.1]"
