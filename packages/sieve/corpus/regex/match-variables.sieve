# Match variables: ${0} is what was matched, the groups follow; a group that took no part is empty.
require ["regex", "variables", "fileinto"];

if header :regex "Subject" "\\[([[:alnum:]-]+) #([0-9]+)\\]( urgent)?" {
    fileinto "${1}/${2}(${3})${0}";
}

#= anywhere in the value
#| Subject: Re: [Bug-List #4711] it fails
#| 
#> fileinto "Bug-List/4711()[Bug-List #4711]"

#= with the group that may be absent
#| Subject: Re: [Bug-List #4711] urgent
#| 
#> fileinto "Bug-List/4711( urgent)[Bug-List #4711] urgent"

#= no match
#| Subject: Re: Bug-List #4711
#| 
#> keep (implicit)
