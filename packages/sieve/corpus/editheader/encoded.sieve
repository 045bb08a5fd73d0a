# RFC 5293 §4: text that a field cannot hold becomes encoded words; long text is folded; line breaks are folds.
require ["editheader", "encoded-character"];
addheader :last "X-Word" "Grüße aus Köln, wo es sehr viele schöne Brücken über den großen Fluß gibt";
addheader :last "X-Long" "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
addheader :last "X-Lines" "  one
  two

three ";
addheader :last "X-Empty" "";
addheader :last "X-Tab" "a	b";
if header "X-Word" "Grüße aus Köln, wo es sehr viele schöne Brücken über den großen Fluß gibt" { addheader :last "X-Same" "yes"; }
if header "X-Long" "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen" { addheader :last "X-Same" "yes"; }

#= all of them
#| 
#> keep (implicit) (edited)
#+ X-Word: =?utf-8?B?R3LDvMOfZSBhdXMgS8O2bG4sIHdvIGVzIHNlaHIgdmllbGUgc2Now7Zu?=
#+  =?utf-8?B?ZSBCcsO8Y2tlbiDDvGJlciBkZW4gZ3Jvw59lbiBGbHXDnyBnaWJ0?=
#+ X-Long: one two three four five six seven eight nine ten eleven twelve
#+  thirteen fourteen fifteen
#+ X-Lines: one two three
#+ X-Empty: 
#+ X-Tab: a	b
#+ X-Same: yes
#+ X-Same: yes
#+ 
