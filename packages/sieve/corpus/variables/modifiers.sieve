# RFC 5229 §4.1: the modifiers' examples
require ["variables", "fileinto"];
set "a" "juMBlEd lETteRS";             fileinto "1${a}";
set :length "b" "${a}";                fileinto "2${b}";
set :lower "b" "${a}";                 fileinto "3${b}";
set :upperfirst "b" "${a}";            fileinto "4${b}";
set :upperfirst :lower "b" "${a}";     fileinto "5${b}";
set :quotewildcard "b" "Rock*";        fileinto "6${b}";
set :UPPER "b" "${a} é";               fileinto "7${b}";
set :lowerfirst :upper "b" "${a}";     fileinto "8${b}";
set :length :quotewildcard "b" "*é?";  fileinto "9${b}";
#= any message
#> fileinto "1juMBlEd lETteRS"
#> fileinto "215"
#> fileinto "3jumbled letters"
#> fileinto "4JuMBlEd lETteRS"
#> fileinto "5Jumbled letters"
#> fileinto "6Rock\\*"
#> fileinto "7JUMBLED LETTERS é"
#> fileinto "8jUMBLED LETTERS"
#> fileinto "95"
