# RFC 5230 §4.4: a MIME entity as the reason
require "vacation";
vacation :mime text:
Content-Type: multipart/alternative; boundary=foo

--foo

I'm at the beach relaxing.  Mmmm, surf...

--foo
Content-Type: text/html; charset=us-ascii

<BODY><P>I'm at the <A HREF="beach.gif">beach</A> relaxing.</BODY>

--foo--
.
;
#= message A
#> vacation :seconds 604800 :mime :subject "Auto: I have a present for you" "Content-Type: multipart/alternative; boundary=foo↵↵--foo↵↵I'm at the beach relaxing.  Mmmm, surf...↵↵--foo↵Content-Type: text/html; charset=us-ascii↵↵<BODY><P>I'm at the <A HREF=\"beach.gif\">beach</A> relaxing.</BODY>↵↵--foo--↵" to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
