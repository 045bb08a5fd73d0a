# RFC 6009 §6.2: a private copy of which nobody hears
require ["copy", "redirect-dsn"];

# Make a private copy of messages from user@example.com
if address "from" "user@example.com"
{
    redirect :copy :notify "NEVER" "elsewhere@example.com";
}
else { redirect :ret "hdrs" :notify "success,Delay" "elsewhere@example.com"; }
#= his
#| From: user@example.com
#> redirect :copy :notify "NEVER" "elsewhere@example.com"
#> keep (implicit)
#= another's
#| From: x@example.com
#> redirect :notify "SUCCESS,DELAY" :ret "HDRS" "elsewhere@example.com"
