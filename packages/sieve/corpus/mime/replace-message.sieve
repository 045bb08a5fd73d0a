# RFC 5703 §5: the whole message; what it was called and who it was from stay in fields of their own.
require ["replace", "editheader", "body", "fileinto", "copy"];
replace :subject "Geändert" :from "\"Filter, the\" <filter@example.org>, Ümläut <b@example.org>" text:
--looks like a delimiter
Grüße = done  
.
;
deleteheader "Original-Subject";
if body :text :contains "Grüße = done" { fileinto :copy "found"; }

#= fields that speak of the old content go
#| Received: from a by b; Tue, 1 Apr 2025 09:06:31 -0800
#| Subject: first
#|  folded
#| From: Wile E. <coyote@desert.example.org>
#| MIME-Version: 1.0
#| Content-Type: multipart/mixed; boundary=b
#| X: y
#| 
#| --b
#| 
#| old
#| --b--
#> fileinto :copy "found" (edited)
#+ Received: from a by b; Tue, 1 Apr 2025 09:06:31 -0800
#+ Original-Subject: first
#+  folded
#+ Subject: =?utf-8?B?R2XDpG5kZXJ0?=
#+ Original-From: Wile E. <coyote@desert.example.org>
#+ From: "Filter, the" <filter@example.org>,
#+  =?utf-8?B?w5xtbMOkdXQ=?= <b@example.org>
#+ X: y
#+ MIME-Version: 1.0
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: quoted-printable
#+ 
#+ =2D-looks like a delimiter
#+ Gr=C3=BC=C3=9Fe =3D done =20
#> keep (implicit) (edited)
#+ Received: from a by b; Tue, 1 Apr 2025 09:06:31 -0800
#+ Original-Subject: first
#+  folded
#+ Subject: =?utf-8?B?R2XDpG5kZXJ0?=
#+ Original-From: Wile E. <coyote@desert.example.org>
#+ From: "Filter, the" <filter@example.org>,
#+  =?utf-8?B?w5xtbMOkdXQ=?= <b@example.org>
#+ X: y
#+ MIME-Version: 1.0
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: quoted-printable
#+ 
#+ =2D-looks like a delimiter
#+ Gr=C3=BC=C3=9Fe =3D done =20
