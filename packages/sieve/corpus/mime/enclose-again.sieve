# RFC 5703 §6: what comes behind sees the new message; :headers are copied; redirects send what was before; twice is twice.
require ["enclose", "mime", "editheader", "fileinto", "copy", "foreverypart", "replace"];
addheader "X-Before" "1";
enclose :headers ["From", "Date", "X-Before", "Content-Type"] "one";
addheader "X-After" "2";
redirect :copy "ned@example.org";
if allof (header :mime :contenttype "Content-Type" "multipart/mixed", not exists "Received",
          exists :mime :anychild "Received", header "Subject" "a") { fileinto :copy "one"; }
foreverypart { if header :mime "X-Inner" "y" { replace "new"; break; } }
enclose :subject "two" "two";
keep;

#= both
#| Received: x
#| Subject: a
#| From: wile@example.org
#| Date: Tue, 1 Apr 2025 09:06:31 -0800
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| X-Inner: y
#| Content-Transfer-Encoding: 8bit
#| 
#| alt
#| --b--
#> redirect :copy "ned@example.org" (edited)
#+ X-Before: 1
#+ Received: x
#+ Subject: a
#+ From: wile@example.org
#+ Date: Tue, 1 Apr 2025 09:06:31 -0800
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ --b
#+ X-Inner: y
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ alt
#+ --b--
#> fileinto :copy "one" (edited)
#+ X-After: 2
#+ X-Before: 1
#+ Subject: a
#+ From: wile@example.org
#+ Date: Tue, 1 Apr 2025 09:06:31 -0800
#+ Message-ID: <unique@acme.example.com>
#+ MIME-Version: 1.0
#+ Content-Type: multipart/mixed;
#+  boundary="enclosed-unique"
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ --enclosed-unique
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ one
#+ --enclosed-unique
#+ Content-Type: message/rfc822
#+ Content-Disposition: inline
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ X-Before: 1
#+ Received: x
#+ Subject: a
#+ From: wile@example.org
#+ Date: Tue, 1 Apr 2025 09:06:31 -0800
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ --b
#+ X-Inner: y
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ alt
#+ --b--
#+ 
#+ --enclosed-unique--
#> keep (edited)
#+ Subject: two
#+ Date: Tue, 24 Nov 2026 10:30:05 +0100
#+ From: <roadrunner@acme.example.com>
#+ Message-ID: <unique@acme.example.com>
#+ MIME-Version: 1.0
#+ Content-Type: multipart/mixed;
#+  boundary="enclosed-unique"
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ --enclosed-unique
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ two
#+ --enclosed-unique
#+ Content-Type: message/rfc822
#+ Content-Disposition: inline
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ X-After: 2
#+ X-Before: 1
#+ Subject: a
#+ From: wile@example.org
#+ Date: Tue, 1 Apr 2025 09:06:31 -0800
#+ Message-ID: <unique@acme.example.com>
#+ MIME-Version: 1.0
#+ Content-Type: multipart/mixed;
#+  boundary="enclosed-unique"
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ --enclosed-unique
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ one
#+ --enclosed-unique
#+ Content-Type: message/rfc822
#+ Content-Disposition: inline
#+ Content-Transfer-Encoding: 8bit
#+ 
#+ X-Before: 1
#+ Received: x
#+ Subject: a
#+ From: wile@example.org
#+ Date: Tue, 1 Apr 2025 09:06:31 -0800
#+ Content-Type: multipart/mixed; boundary=b
#+ 
#+ --b
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ new
#+ --b--
#+ 
#+ --enclosed-unique--
#+ 
#+ --enclosed-unique--
