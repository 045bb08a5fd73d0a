import type { TlsSource } from '@lemonade/net'
import { type EsmtpExtension, extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

/** STARTTLS: what came in the clear behind the command is dropped, what was said before is forgotten (RFC 3207 §4.2). */
export function startTls(source: TlsSource): EsmtpExtension {
  return extension({
    rfc: 3207,
    advertise: ({ channel }) => (channel.secure ? null : 'STARTTLS'),
    commands: {
      STARTTLS: {
        states: ['start', 'ready'],
        takesArgument: false,
        run: async conversation => {
          if (conversation.session.channel.secure) throw new Refusal(replies.tlsActive)
          await conversation.startTls(replies.startTls, source)
          return []
        },
      },
    },
  })
}
