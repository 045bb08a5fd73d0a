# RFC 5228 §2.4.2.3: no routes, no groups, no lists, no halves
#! 9:10 This is no address to send to; it must be like "ned@example.org".
#! 10:10 This is no address to send to; it must be like "ned@example.org".
#! 11:10 This is no address to send to; it must be like "ned@example.org".
#! 12:10 This is no address to send to; it must be like "ned@example.org".
#! 13:10 This is no address to send to; it must be like "ned@example.org".
#! 15:10 This is no address to send to; it must be like "ned@example.org".
redirect "good@example.com";
redirect "bart";
redirect "<@relay.example:bart@example.com>";
redirect "Group: bart@example.com;";
redirect "bart@example.com, lisa@example.com";
redirect "bart@example.com
Bcc: evil@example.com";
redirect "";
