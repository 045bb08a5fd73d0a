# RFC 5703 §9.2: a warning around a message with an executable attachment.
require [ "foreverypart", "mime", "enclose" ];
foreverypart
{
  if header :mime :param "filename"
     :matches ["Content-Type", "Content-Disposition"]
       ["*.com", "*.exe", "*.vbs", "*.scr",
        "*.pif", "*.hta", "*.bat", "*.zip" ]
  {
    # these attachment types are executable
    enclose :subject "Warning" text:
WARNING! The enclosed message contains executable attachments.
These attachment types may contain a computer virus program
that can infect your computer and potentially damage your data.

Before clicking on these message attachments, you should verify
with the sender that this message was sent by them and not a
computer virus.
.
;
    break;
  }
}

#= enclosed
#| Subject: a
#| Content-Type: application/octet-stream
#| Content-Disposition: attachment; filename=x.exe
#| 
#| MZ
#> keep (implicit) (edited)
#+ Subject: Warning
#+ Date: Tue, 24 Nov 2026 10:30:05 +0100
#+ From: <roadrunner@acme.example.com>
#+ Message-ID: <unique@acme.example.com>
#+ MIME-Version: 1.0
#+ Content-Type: multipart/mixed;
#+  boundary="enclosed-unique"
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ --enclosed-unique
#+ Content-Type: text/plain; charset=utf-8
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ WARNING! The enclosed message contains executable attachments.
#+ These attachment types may contain a computer virus program
#+ that can infect your computer and potentially damage your data.
#+ 
#+ Before clicking on these message attachments, you should verify
#+ with the sender that this message was sent by them and not a
#+ computer virus.
#+ 
#+ --enclosed-unique
#+ Content-Type: message/rfc822
#+ Content-Disposition: inline
#+ Content-Transfer-Encoding: 7bit
#+ 
#+ Subject: a
#+ Content-Type: application/octet-stream
#+ Content-Disposition: attachment; filename=x.exe
#+ 
#+ MZ
#+ 
#+ --enclosed-unique--

#= not enclosed
#| Subject: a
#| 
#> keep (implicit)
