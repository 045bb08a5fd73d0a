/** What the command line says of each problem of the store. */
import type { Problem } from '@lemonade/store'

/** `detail` is the store's own word on what it refused, often a name. */
const sentences = {
  'no-such-account': 'There is no such account; "lemonade account list" shows all.',
  'account-exists':
    'There is an account of that name already; choose another, or change it with "lemonade account passwd".',
  'no-such-domain': 'That domain is not served here; add it with "lemonade domain add".',
  'domain-exists': 'That domain is served here already.',
  'domain-in-use': 'Accounts or aliases are in that domain; remove them first.',
  'no-such-alias': 'There is no such alias; "lemonade alias list" shows all.',
  'alias-loop':
    'That would lead back to where it came from, or to too many addresses; "lemonade alias list" and "lemonade group list" show what leads where.',
  'sending-limit': 'The account has sent as much as it may.',
  'alias-exists': 'There is an alias of that address already; remove it first with "lemonade alias remove".',
  'no-such-mailbox': 'There is no such mailbox.',
  'mailbox-exists': 'There is a mailbox of that name already.',
  'mailbox-has-children': 'That mailbox has others below it; remove those first.',
  'bad-mailbox-name':
    'That is no name for a mailbox; levels are separated by "/", and no control characters are allowed.',
  'owner-has-all': 'The owner of a mailbox has all rights to it, always.',
  'too-many-rights': 'As many have rights to the mailbox as may; take some away first.',
  'inbox-is-special': 'INBOX cannot be removed.',
  'no-such-message': 'There is no such message.',
  'too-many-keywords': 'The mailbox would have too many keywords; remove some, or raise the limit.',
  'bad-keyword': 'That keyword is not allowed.',
  'too-big': 'That is larger than a limit of the configuration allows.',
  'too-many-entries': 'There are as many metadata entries as are allowed; remove one first.',
  'entry-too-big': 'A value may not be as long as that.',
  'too-many-annotations': 'The message has as many annotations as are allowed.',
  'annotation-too-big': 'An annotation may not be as long as that.',
  'over-quota': 'The account has no room left.',
  'no-such-script': 'There is no such script.',
  'script-exists': 'There is a script of that name already.',
  'script-is-active': 'That script is the active one; activate another first.',
  'too-many-scripts': 'The account has as many scripts as are allowed; remove one first.',
  'no-such-queue-entry': 'There is no such entry in the queue; "lemonade queue list" shows all.',
  'no-such-device': 'There is no such device; "lemonade notify devices ACCOUNT" shows all.',
  'wrong-echo': 'That is not what the device was asked to echo, or it came too late.',
  'bad-address': 'That is no mail address; write one like ada@example.org.',
  busy: 'Another program keeps the store locked; try again.',
  damaged: 'The store is damaged; "lemonade check" says where.',
} as const satisfies Record<Problem, string>

export function sentenceOf(problem: Problem): string {
  return sentences[problem]
}
