import { type Conversation, type EsmtpExtension, extension } from '../extension.ts'
import { isHelloName } from '../grammar/path.ts'
import { Refusal } from '../problem.ts'
import { type Reply, replies, reply } from '../reply.ts'
import type { Protocol, Session } from '../session.ts'

const states = ['start', 'ready', 'mail', 'recipients', 'content'] as const

/** Notes the name; whatever transaction there was is over (RFC 5321 §4.1.4). */
async function greet(session: Session, argument: string, extended: boolean): Promise<string> {
  const name = argument.trim()
  if (!isHelloName(name)) throw new Refusal(replies.badHelloName)
  session.hello = { name, extended }
  await session.endTransaction()
  return `${session.hostname} greets ${name}`
}

/** HELO, EHLO (RFC 5321 §4.1.1.1) for SMTP, LHLO (RFC 2033 §4.1) for LMTP. */
export function hello(protocol: Protocol): EsmtpExtension {
  const extended = {
    states,
    takesArgument: true,
    run: async ({ session, registry }: Conversation, argument: string): Promise<Reply> => {
      const greeting = await greet(session, argument, true)
      return reply(250, null, greeting, ...registry.keywords(session))
    },
  }
  if (protocol === 'LMTP') return extension({ rfc: 2033, commands: { LHLO: extended } })
  return extension({
    rfc: 5321,
    commands: {
      EHLO: extended,
      HELO: {
        states,
        takesArgument: true,
        run: async ({ session }, argument) => reply(250, null, await greet(session, argument, false)),
      },
    },
  })
}
