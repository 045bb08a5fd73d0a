/** A message that several commands put together (RFC 3030 §2, RFC 4468 §3.2): from the first of them to the one that is LAST. */
import type { Answer, Conversation, MessageSink } from './extension.ts'
import { Refusal, replyTo } from './problem.ts'
import { type Reply, replies } from './reply.ts'
import type { Session, Transaction } from './session.ts'

/** What has come so far. It ends with the transaction. */
export class Assembly {
  readonly sink: MessageSink
  readonly begunAt = performance.now()
  /** Of the message, as the client knows it; what is added here does not count. */
  octets = 0
  /** The last of them: a line end may stand on the border between two shares. */
  lastOctet = 0

  constructor(sink: MessageSink) {
    this.sink = sink
  }

  /** Counts octets that are to come. Throws Refusal where the message would be too big. */
  grow(octets: number, limitOctets: number, tooBig: Reply = replies.tooBig): void {
    if (this.octets + octets > limitOctets) throw new Refusal(tooBig)
    this.octets += octets
  }
}

/** One command's share of a message. */
export interface Share {
  readonly isLast: boolean
  /** Puts it into the message. Throws Refusal, StoreError; the transaction has failed then. */
  readonly put: (assembly: Assembly) => Promise<void>
  /** Where the message cannot even begin: what the command brings with it is taken in and dropped. */
  readonly drop: () => Promise<void>
  /** What the client is told where it is not the last. */
  readonly goOn: () => Reply
}

/**
 * Adds a share to the message of the transaction, which begins with the first. After a failure there is no transaction:
 * what is pipelined behind it is refused, since it belongs to nothing (RFC 3030 §2).
 */
export async function contribute(conversation: Conversation, share: Share): Promise<Answer> {
  const { session } = conversation
  const { transaction } = session
  if (transaction === null) throw new Error('a share of no transaction')
  try {
    const assembly = transaction.assembly ?? (await begin(conversation, transaction, share))
    await share.put(assembly)
    if (!share.isLast) return share.goOn()
  } catch (error) {
    // In that order: a client that is gone leaves nothing behind.
    await session.endTransaction()
    return forEachRecipient(session, transaction, replyTo(error, session.log), share.isLast)
  }
  const { sink } = transaction.assembly as Assembly
  transaction.assembly = null
  session.transaction = null
  return complete(session, transaction, sink)
}

async function begin(conversation: Conversation, transaction: Transaction, share: Share): Promise<Assembly> {
  try {
    transaction.assembly = new Assembly(await conversation.receiver.message(transaction))
  } catch (error) {
    await share.drop()
    throw error
  }
  return transaction.assembly
}

/** Stores the message that is whole, and answers for it. */
export async function complete(session: Session, transaction: Transaction, sink: MessageSink): Promise<Answer> {
  const answer = await sink.finish().catch(error => replyTo(error, session.log))
  if ([answer].flat().some(({ code }) => code === 250)) session.messages++
  return forEachRecipient(session, transaction, answer, true)
}

/** LMTP answers the end of a message for each recipient: a single answer is repeated (RFC 2033 §4.2). */
export function forEachRecipient(session: Session, transaction: Transaction, answer: Answer, isEnd: boolean): Answer {
  if (session.protocol === 'SMTP' || !isEnd || Array.isArray(answer)) return answer
  return transaction.recipients.map(() => answer as Reply)
}
