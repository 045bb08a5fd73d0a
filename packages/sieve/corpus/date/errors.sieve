# RFC 5260 §4: zones and parts that are none
#! 9:23 "date" cannot have both ":zone" and ":originalzone".
#! 10:15 A time zone is written as a sign and four digits, such as "+0100".
#! 11:16 There is no such part of a date: year, month, day, date, julian, hour, minute, second, time, iso8601, std11, zone, weekday.
#! 12:16 "currentdate" has no tag ":originalzone".
#! 13:9 The tag ":index" of "date" needs require "index"; at the top of the script.
#! 14:9 The argument "header name" of "date" must be a string, not a list of strings.
require ["date", "variables"];
if date :zone "+0100" :originalzone "date" "year" "2026" { stop; }
if date :zone "CET" "date" "year" "2026" { stop; }
if date "date" "century" "20" { stop; }
if currentdate :originalzone "year" "2026" { stop; }
if date :index 1 "date" "year" "2026" { stop; }
if date ["date"] "year" "2026" { stop; }
