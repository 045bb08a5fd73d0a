# RFC 6009 §7.2: before a time of day
require ["copy", "redirect-deliverby", "date", "variables",
         "relational", "comparator-i;ascii-numeric"];

# Send a copy to my cell phone to be delivered before 10PM
if currentdate :value "lt"
               :comparator "i;ascii-numeric" "hour" "22"
{
    if currentdate :matches "date" "*" {set "date" "${0}";}
    if currentdate :matches "zone" "*" {set "zone" "${0}";}
    redirect :copy :bytimeabsolute "${date}T20:00:00${zone}"
             :bymode "return" "cellphone@example.com";
}
redirect :bytrace :bymode "notify" :bytimeabsolute "2026-11-24T22:00:00.5Z" "a@example.com";
#= any message
#> redirect :copy :bytimeabsolute "2026-11-24T19:00:00.000Z" :bymode "return" "cellphone@example.com"
#> redirect :bytimeabsolute "2026-11-24T22:00:00.500Z" :bymode "notify" :bytrace "a@example.com"
