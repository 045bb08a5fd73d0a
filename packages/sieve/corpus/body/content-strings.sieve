# RFC 5173 §5.2: prologue and epilogue are strings of their own, and so is each part
require ["body", "fileinto"];
if body :content "multipart/mixed" :is text:
This is a multi-part message in MIME format.
.
{ fileinto "outer prologue"; }
if body :content "multipart/mixed" :matches "*end of the outer MIME multipart.*" { fileinto "outer epilogue"; }
if body :content "multipart/alternative" :matches "*end of the inner MIME multipart.*" { fileinto "inner epilogue"; }
if body :content "multipart" :matches "*nested*end*" { fileinto "across"; }
if body :content "text/plain" :is text:
Hello
.
{ fileinto "a part"; }
if body :content "message" :is text:
From: Someone Else
Subject: hello request
.
{ fileinto "a nested header"; }
#= the RFC's message
#& message nested
#> fileinto "outer prologue"
#> fileinto "outer epilogue"
#> fileinto "inner epilogue"
#> fileinto "a part"
#> fileinto "a nested header"
