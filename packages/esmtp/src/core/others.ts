/** VRFY, EXPN, HELP, NOOP and QUIT (RFC 5321 §4.1.1.6 to §4.1.1.10). */
import { extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

const always = ['start', 'ready', 'mail', 'recipients', 'content'] as const

export const others = extension({
  rfc: 5321,
  commands: {
    // Says neither yes nor no, so that nobody harvests addresses (RFC 5321 §7.3).
    VRFY: {
      states: always,
      takesArgument: true,
      run: (_, argument) => {
        if (argument.trim() === '') throw new Refusal(replies.badSyntax)
        return replies.cannotVerify
      },
    },
    EXPN: { states: always, takesArgument: true, run: () => replies.noExpansion },
    HELP: { states: always, takesArgument: true, run: () => replies.help },
    NOOP: { states: always, takesArgument: true, run: () => replies.ok },
    QUIT: { states: always, takesArgument: false, run: () => replies.bye },
  },
})
