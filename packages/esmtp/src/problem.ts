import type { Log } from '@lemonade/net'
import { type Problem, StoreError } from '@lemonade/store'
import { type Reply, replies, reply } from './reply.ts'

/** Thrown where a command is refused; the dispatcher sends its reply. */
export class Refusal extends Error {
  readonly reply: Reply

  constructor(answer: Reply) {
    super(`${answer.code} ${answer.status ?? ''} ${answer.lines[0] ?? ''}`)
    this.name = 'Refusal'
    this.reply = answer
  }
}

/**
 * What a peer is told of each problem of the store (RFC 5321 §4.2.2, RFC 3463 §3). What only an operator can mend, or
 * what passes with time, is temporary: the peer keeps the message.
 */
export const problemReply = {
  'no-such-account': replies.localError,
  'account-exists': replies.localError,
  'no-such-domain': replies.localError,
  'domain-exists': replies.localError,
  'domain-in-use': replies.localError,
  'no-such-alias': replies.localError,
  'alias-exists': replies.localError,
  // RFC 3463 §3.3: mailing list expansion problem.
  'alias-loop': reply(451, '4.2.4', 'The address leads to too many others, try later'),
  'sending-limit': reply(450, '4.7.1', 'You have sent as much as you may, try later'),
  'no-such-mailbox': reply(451, '4.2.0', 'The mailbox is not available, try later'),
  'mailbox-exists': replies.localError,
  'mailbox-has-children': replies.localError,
  'bad-mailbox-name': replies.localError,
  'owner-has-all': replies.localError,
  'too-many-rights': replies.localError,
  'inbox-is-special': replies.localError,
  'no-such-message': replies.localError,
  'too-many-keywords': replies.localError,
  'bad-keyword': replies.localError,
  'too-big': replies.tooBig,
  'too-many-entries': replies.localError,
  'entry-too-big': replies.localError,
  'too-many-annotations': replies.localError,
  'annotation-too-big': replies.localError,
  'over-quota': reply(452, '4.2.2', 'The mailbox is full'),
  'no-such-script': replies.localError,
  'script-exists': replies.localError,
  'script-is-active': replies.localError,
  'too-many-scripts': replies.localError,
  'no-such-queue-entry': replies.localError,
  'no-such-device': replies.localError,
  'wrong-echo': replies.localError,
  'bad-address': replies.badForwardPath,
  busy: reply(451, '4.3.2', 'Busy, try later'),
  damaged: replies.localError,
} as const satisfies Record<Problem, Reply>

/** The client left, or was sent away, while a command waited for it: there is nobody to answer. */
export class ClientGone extends Error {}

/**
 * The reply to whatever a handler threw. What is neither a refusal nor the store's is our own bug: it is logged whole,
 * and the peer learns nothing of it. Rethrows ClientGone.
 */
export function replyTo(error: unknown, log: Log): Reply {
  if (error instanceof ClientGone) throw error
  if (error instanceof Refusal) return error.reply
  if (error instanceof StoreError) {
    const answer = problemReply[error.problem]
    log.warn({ err: error, code: answer.code }, 'store problem')
    return answer
  }
  log.error({ err: error }, 'internal error')
  return replies.localError
}
