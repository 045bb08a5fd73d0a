# RFC 6009 §7.2: within ten minutes
require ["copy", "redirect-deliverby"];

# Send a copy to my cell phone, time out after 10 minutes
if address "from" "user@example.com"
{
    redirect :copy :bytimerelative 600 "cellphone@example.com";
}
#= his
#| From: user@example.com
#> redirect :copy :bytimeabsolute "2026-11-24T09:40:05.000Z" :bymode "return" "cellphone@example.com"
#> keep (implicit)
