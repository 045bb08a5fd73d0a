/** How a command may fail, and what the client is told. */
import type { Problem } from '@lemonade/store'
import type { Code } from './response.ts'

export { Bad } from './wire/bad.ts'

/** The command is understood and refused: tagged NO. */
export class No extends Error {
  readonly code: Code | undefined

  constructor(message: string, code?: Code) {
    super(message)
    this.name = 'No'
    this.code = code
  }
}

/** The connection ends with BYE. */
export class Bye extends Error {
  readonly code: Code | undefined

  constructor(message: string, code?: Code) {
    super(message)
    this.name = 'Bye'
    this.code = code
  }
}

/** The connection cannot go on and nothing more can be said: a literal was begun that cannot be finished. */
export class Broken extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'Broken'
  }
}

/** The store's problems as response codes (RFC 5530 §3) and sentences. */
export const answers = {
  'no-such-account': ['NONEXISTENT', 'There is no such account'],
  'account-exists': ['ALREADYEXISTS', 'The account exists'],
  'no-such-domain': ['NONEXISTENT', 'There is no such domain'],
  'domain-exists': ['ALREADYEXISTS', 'The domain exists'],
  'domain-in-use': ['INUSE', 'The domain is in use'],
  'no-such-alias': ['NONEXISTENT', 'There is no such alias'],
  'alias-loop': ['CANNOT', 'Addresses lead back to where they came from'],
  'sending-limit': ['LIMIT', 'As much was sent as may be'],
  'alias-exists': ['ALREADYEXISTS', 'The alias exists'],
  'no-such-mailbox': ['NONEXISTENT', 'There is no such mailbox'],
  'mailbox-exists': ['ALREADYEXISTS', 'The mailbox exists'],
  'mailbox-has-children': ['HASCHILDREN', 'The mailbox has inferior names'],
  'bad-mailbox-name': ['CANNOT', 'That name cannot be a mailbox'],
  'owner-has-all': ['CANNOT', 'The owner of a mailbox has all rights to it'],
  'too-many-rights': ['LIMIT', 'There are too many identifiers'],
  'inbox-is-special': ['CANNOT', 'That cannot be done to INBOX'],
  'no-such-message': ['NONEXISTENT', 'There is no such message'],
  'too-many-keywords': ['LIMIT', 'There are too many keywords'],
  'bad-keyword': ['CANNOT', 'That cannot be a keyword'],
  'too-big': ['TOOBIG', 'The message is too big'],
  'too-many-entries': ['METADATA TOOMANY', 'There are too many entries'],
  'entry-too-big': ['TOOBIG', 'The value is too big'],
  'too-many-annotations': ['ANNOTATE TOOMANY', 'The message has too many annotations'],
  'annotation-too-big': ['ANNOTATE TOOBIG', 'The annotation is too big'],
  'over-quota': ['OVERQUOTA', 'The quota is used up'],
  'no-such-script': ['NONEXISTENT', 'There is no such script'],
  'script-exists': ['ALREADYEXISTS', 'The script exists'],
  'script-is-active': ['INUSE', 'The script is active'],
  'too-many-scripts': ['LIMIT', 'There are too many scripts'],
  'no-such-queue-entry': ['NONEXISTENT', 'There is no such entry'],
  'no-such-device': ['NONEXISTENT', 'There is no such device that was asked to echo'],
  'wrong-echo': ['CANNOT', 'That is not what the device was asked to echo'],
  'bad-address': ['CANNOT', 'That is no address'],
  busy: ['INUSE', 'The store is busy, try again'],
  damaged: ['CORRUPTION', 'The stored octets are damaged'],
} as const satisfies Record<Problem, readonly [Code, string]>
