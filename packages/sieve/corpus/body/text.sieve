# RFC 5173 §5.3: text in whatever character set and encoding
require ["body", "fileinto"];
if body :text :contains "Größe" { fileinto "text"; }
if body :contains "Größe" { fileinto "default"; }
#= quoted-printable
#| Content-Type: text/plain; charset=iso-8859-1
#| Content-Transfer-Encoding: quoted-printable
#| 
#| Die Gr=F6=
#| =DFe
#> fileinto "text"
#> fileinto "default"
#= an unknown encoding and an unknown character set are taken as they are
#| Content-Type: text/plain; charset=x-nonsense
#| Content-Transfer-Encoding: x-nonsense
#| 
#| Größe
#> fileinto "text"
#> fileinto "default"
