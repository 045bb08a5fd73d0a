import { type Auth, AuthError, type Exchange } from '@lemonade/auth'
import { type Conversation, type EsmtpExtension, extension } from '../extension.ts'
import { parseAddress } from '../grammar/path.ts'
import { decodeXtext } from '../grammar/xtext.ts'
import { Refusal } from '../problem.ts'
import { type Reply, replies, reply } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** The submitter whom the client vouches for; '' where it knows of none (RFC 4954 §5). */
    readonly auth?: string
  }
}

/** AUTH, for services whose clients log in; SASL itself is `auth`'s. */
export function authentication(auth: Auth): EsmtpExtension {
  return extension({
    rfc: 4954,
    advertise: ({ channel, identity }) => {
      const mechanisms = identity === null ? auth.mechanisms(channel) : []
      return mechanisms.length === 0 ? null : `AUTH ${mechanisms.join(' ')}`
    },
    mailParameters: {
      AUTH: (value, parameters) => {
        const mailbox = value === null ? null : decodeXtext(value)
        if (mailbox === null || (mailbox !== '<>' && parseAddress(mailbox) === null)) {
          throw new Refusal(replies.badParameter)
        }
        parameters.auth = mailbox === '<>' ? '' : mailbox
      },
    },
    commands: {
      // AUTH mechanism [initial-response]
      AUTH: {
        states: ['ready'],
        takesArgument: true,
        run: async (conversation, argument) => {
          const { session } = conversation
          if (session.identity !== null) throw new Refusal(replies.authTwice)
          const [mechanism = '', initial, ...more] = argument.trim().split(/ +/)
          if (mechanism === '' || more.length > 0) throw new Refusal(replies.badSyntax)
          try {
            return await converse(conversation, auth.begin(mechanism.toUpperCase(), session.channel), initial)
          } catch (error) {
            if (!(error instanceof AuthError)) throw error
            session.log.info({ mechanism: mechanism.toUpperCase(), reason: error.reason }, 'authentication failed')
            return reasonReply[error.reason]
          }
        },
      },
    },
  })
}

/** Each reason of a failure (RFC 4954 §4, §6). */
const reasonReply = {
  invalid: replies.authInvalid,
  unauthorized: replies.authInvalid,
  throttled: replies.authThrottled,
  malformed: replies.authMalformed,
  'too-weak': replies.authTooWeak,
  'plaintext-refused': replies.authNeedsTls,
  'unknown-mechanism': replies.authUnknown,
  aborted: replies.authCancelled,
  unavailable: replies.authUnavailable,
} as const satisfies Record<AuthError['reason'], Reply>

async function converse(conversation: Conversation, exchange: Exchange, initial: string | undefined): Promise<Reply> {
  const { session } = conversation
  let response = initial === undefined ? null : decodeResponse(initial === '=' ? '' : initial)
  for (;;) {
    const step = await exchange.step(response)
    if ('challenge' in step) {
      response = await challenge(conversation, step.challenge)
      continue
    }
    // Data with the success travels as a challenge whose answer is empty (RFC 4954 §4).
    if (step.finalData !== null) await challenge(conversation, step.finalData)
    session.identify(step.identity)
    session.log.info({ credential: step.identity.credential }, 'authenticated')
    return replies.authenticated
  }
}

async function challenge(conversation: Conversation, octets: Uint8Array): Promise<Uint8Array> {
  const question = reply(334, null, Buffer.from(octets).toString('base64'))
  const line = await conversation.ask(question, conversation.session.limits.authOctets)
  if (line.flaw === 'too-long') throw new Refusal(replies.authTooLong)
  if (line.flaw !== null) throw new Refusal(replies.authMalformed)
  if (line.text === '*') throw new Refusal(replies.authCancelled)
  return decodeResponse(line.text)
}

/** base64 (RFC 4648 §4), with nothing that is not in it. */
function decodeResponse(text: string): Uint8Array {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new Refusal(replies.authMalformed)
  }
  return Uint8Array.from(Buffer.from(text, 'base64'))
}
