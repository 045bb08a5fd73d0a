/** DATA (RFC 5321 §4.1.1.4), with one reply a recipient in LMTP (RFC 2033 §4.2). */
import { complete, forEachRecipient } from '../assembly.ts'
import { type Answer, type Conversation, extension } from '../extension.ts'
import { Refusal, replyTo } from '../problem.ts'
import { type Reply, replies } from '../reply.ts'
import type { Transaction } from '../session.ts'
import { type Received, TooMuchData } from '../wire/intake.ts'

export const data = extension({
  rfc: 5321,
  commands: {
    DATA: {
      states: ['mail', 'recipients'],
      takesArgument: false,
      run: async conversation => {
        const { session, registry } = conversation
        const { transaction } = session
        if (transaction !== null && registry.forbidsData(transaction.parameters)) throw new Refusal(replies.notByData)
        if (transaction === null || transaction.recipients.length === 0) {
          throw new Refusal(session.protocol === 'LMTP' ? replies.recipientFirst : replies.noRecipients)
        }
        try {
          return await receive(conversation, transaction)
        } finally {
          session.transaction = null
        }
      },
    },
  },
})

/** What is wrong with a message that came whole. */
const flawReply = {
  'bare-newline': replies.bareNewline,
  'stray-dot': replies.strayDot,
  'line-too-long': replies.textLineTooLong,
  'too-big': replies.tooBig,
} as const satisfies Record<NonNullable<Received['flaw']>, Reply>

async function receive(conversation: Conversation, transaction: Transaction): Promise<Answer> {
  const { session, receiver } = conversation
  const sink = await receiver.message(transaction)
  let received: Received
  try {
    received = await conversation.message(replies.startMail, session.limits, octets => sink.write(octets))
    if (received.flaw !== null) throw new Refusal(flawReply[received.flaw])
  } catch (error) {
    await sink.abort()
    if (error instanceof TooMuchData) return replies.tooMuchData
    return forEachRecipient(session, transaction, replyTo(error, session.log), true)
  }
  return complete(session, transaction, sink)
}
