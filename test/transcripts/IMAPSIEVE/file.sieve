require ["fileinto", "editheader", "copy", "imapsieve"];
addheader "X-Filed" "yes";
fileinto :copy "Copies";
