# RFC 5230 §4.6, RFC 3834 §2: who gets no answer
require "vacation";
vacation "I am away.";
#= nobody
#< <> roadrunner@acme.example.com
#> keep (implicit)
#= MAILER-DAEMON@example.org
#< MAILER-DAEMON@example.org roadrunner@acme.example.com
#> keep (implicit)
#= listserv@example.org
#< listserv@example.org roadrunner@acme.example.com
#> keep (implicit)
#= Majordomo@example.org
#< Majordomo@example.org roadrunner@acme.example.com
#> keep (implicit)
#= owner-list@example.org
#< owner-list@example.org roadrunner@acme.example.com
#> keep (implicit)
#= list-request@example.org
#< list-request@example.org roadrunner@acme.example.com
#> keep (implicit)
#= list-bounces@example.org
#< list-bounces@example.org roadrunner@acme.example.com
#> keep (implicit)
#= list-bounces+roadrunner=acme@example.org
#< list-bounces+roadrunner=acme@example.org roadrunner@acme.example.com
#> keep (implicit)
#= noreply@example.org
#< noreply@example.org roadrunner@acme.example.com
#> keep (implicit)
#= do-not-reply@example.org
#< do-not-reply@example.org roadrunner@acme.example.com
#> keep (implicit)
#= bounce-123@example.org
#< bounce-123@example.org roadrunner@acme.example.com
#> keep (implicit)
#= List-Id: <x.example.org>
#| To: roadrunner@acme.example.com
#| List-Id: <x.example.org>
#> keep (implicit)
#= List-Help: <mailto:x@example.org>
#| To: roadrunner@acme.example.com
#| List-Help: <mailto:x@example.org>
#> keep (implicit)
#= List-Subscribe: <mailto:x@example.org>
#| To: roadrunner@acme.example.com
#| List-Subscribe: <mailto:x@example.org>
#> keep (implicit)
#= List-Unsubscribe: <mailto:x@example.org>
#| To: roadrunner@acme.example.com
#| List-Unsubscribe: <mailto:x@example.org>
#> keep (implicit)
#= List-Post: NO
#| To: roadrunner@acme.example.com
#| List-Post: NO
#> keep (implicit)
#= List-Owner: <mailto:x@example.org>
#| To: roadrunner@acme.example.com
#| List-Owner: <mailto:x@example.org>
#> keep (implicit)
#= List-Archive: <http://example.org/>
#| To: roadrunner@acme.example.com
#| List-Archive: <http://example.org/>
#> keep (implicit)
#= Auto-Submitted: auto-generated
#| To: roadrunner@acme.example.com
#| Auto-Submitted: auto-generated
#> keep (implicit)
#= Auto-Submitted: auto-replied; x=y
#| To: roadrunner@acme.example.com
#| Auto-Submitted: auto-replied; x=y
#> keep (implicit)
#= Precedence: bulk
#| To: roadrunner@acme.example.com
#| Precedence: bulk
#> keep (implicit)
#= Precedence: list
#| To: roadrunner@acme.example.com
#| Precedence: list
#> keep (implicit)
#= X-Auto-Response-Suppress: DR, OOF, AutoReply
#| To: roadrunner@acme.example.com
#| X-Auto-Response-Suppress: DR, OOF, AutoReply
#> keep (implicit)
#= Content-Type: multipart/report; report-type=delivery-status
#| To: roadrunner@acme.example.com
#| Content-Type: multipart/report; report-type=delivery-status
#> keep (implicit)
#= all the same: Auto-Submitted: no
#| To: roadrunner@acme.example.com
#| Auto-Submitted: no
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= all the same: Auto-Submitted: (people) No; x=y
#| To: roadrunner@acme.example.com
#| Auto-Submitted: (people) No; x=y
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= all the same: Precedence: special-delivery
#| To: roadrunner@acme.example.com
#| Precedence: special-delivery
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= all the same: X-Auto-Response-Suppress: DR
#| To: roadrunner@acme.example.com
#| X-Auto-Response-Suppress: DR
#> vacation :seconds 604800 :subject "Automated reply" "I am away." to "coyote@desert.example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
#= a postmaster is somebody
#< postmaster@example.org roadrunner@acme.example.com
#> vacation :seconds 604800 :subject "Auto: I have a present for you" "I am away." to "postmaster@example.org" as "roadrunner@acme.example.com"
#> keep (implicit)
