# RFC 5228 §3.3: stop ends the script, loops included.
require ["foreverypart", "fileinto"];
foreverypart { foreverypart { fileinto "once"; stop; } fileinto "never"; }
fileinto "never";

#= two parts
#| Content-Type: multipart/mixed; boundary=b
#| 
#| --b
#| 
#| --b
#| 
#| --b--
#> fileinto "once"
