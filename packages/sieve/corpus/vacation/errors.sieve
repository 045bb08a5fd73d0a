# RFC 5230 §4.3, §5, RFC 6131 §2: what is found when the script is compiled
require ["vacation-seconds", "reject"];
#! 11:16 holds something that is no address
#! 12:16 holds something that is no address
#! 13:1 must be US-ASCII
#! 16:1 must begin with the header
#! 17:18 cannot have both ":days" and ":seconds"
#! 18:19 must not be more than 2147483648
#! 19:8 has no tag ":fcc"
#! 20:1 takes a string (reason)
vacation :from "not an address" "a";
vacation :from "ok@example.org, x" "a";
vacation :mime "Content-Type: text/plain; x=ä

a";
vacation :mime "no header" ;
vacation :days 1 :seconds 1 "a";
vacation :seconds 2147483649 "a";
reject :fcc "a" "b";
vacation;
