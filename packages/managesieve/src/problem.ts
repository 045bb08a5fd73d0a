/** What the store's and auth's problems are called here. */
import type { AuthReason } from '@lemonade/auth'
import type { Problem } from '@lemonade/store'
import { No, type ResponseCode } from './reply.ts'

type Answer = readonly [text: string, code?: ResponseCode]

/** What cannot come of this protocol's commands; it would be our mistake. */
const notOurs: Answer = ['The server has made a mistake', 'TRYLATER']

const problems = {
  'no-such-account': ['This account is gone'],
  'no-such-script': ['There is no script by that name', 'NONEXISTENT'],
  'script-exists': ['There is a script by that name already', 'ALREADYEXISTS'],
  'script-is-active': ['The active script cannot be deleted; deactivate it first', 'ACTIVE'],
  'too-many-scripts': ['There are as many scripts as there may be', 'QUOTA/MAXSCRIPTS'],
  'too-big': ['The script is too large', 'QUOTA/MAXSIZE'],
  'over-quota': ['There is no space left', 'QUOTA'],
  busy: ['The server is busy, try again later', 'TRYLATER'],
  damaged: ['The server cannot read what it stored', 'TRYLATER'],
  'account-exists': notOurs,
  'alias-exists': notOurs,
  'alias-loop': notOurs,
  'sending-limit': notOurs,
  'bad-address': notOurs,
  'bad-keyword': notOurs,
  'bad-mailbox-name': notOurs,
  'domain-exists': notOurs,
  'domain-in-use': notOurs,
  'owner-has-all': notOurs,
  'too-many-rights': notOurs,
  'inbox-is-special': notOurs,
  'mailbox-exists': notOurs,
  'mailbox-has-children': notOurs,
  'no-such-alias': notOurs,
  'no-such-domain': notOurs,
  'no-such-mailbox': notOurs,
  'no-such-message': notOurs,
  'no-such-queue-entry': notOurs,
  'no-such-device': notOurs,
  'wrong-echo': notOurs,
  'too-many-keywords': notOurs,
  'too-many-entries': notOurs,
  'entry-too-big': notOurs,
  'too-many-annotations': notOurs,
  'annotation-too-big': notOurs,
} as const satisfies Record<Problem, Answer>

/** Response codes of AUTHENTICATE (RFC 5804 §1.3); the text is the error's own. */
const authCodes = {
  invalid: undefined,
  unauthorized: undefined,
  throttled: 'TRYLATER',
  malformed: undefined,
  'too-weak': 'AUTH-TOO-WEAK',
  'plaintext-refused': 'ENCRYPT-NEEDED',
  'unknown-mechanism': undefined,
  aborted: undefined,
  unavailable: 'TRYLATER',
} as const satisfies Record<AuthReason, ResponseCode | undefined>

export function noOf(problem: Problem): No {
  const [text, code]: Answer = problems[problem]
  return new No(text, code)
}

export function authNo(reason: AuthReason, text: string): No {
  return new No(text, authCodes[reason])
}

/** For what nobody foresaw; the log has the rest. */
export function mistake(): No {
  return new No(...notOurs)
}
