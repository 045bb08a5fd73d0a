/** UNAUTHENTICATE, RFC 8437: the connection goes back to the state after the greeting, TLS apart, for another user. */
import { command, extension } from '../extension.ts'
import { Bad, Bye } from '../problem.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'

/** How often a connection was used so; nothing else outlives the command. */
const uses = new WeakMap<Session, number>()

export const unauthenticateCommand = command({
  states: ['authenticated', 'selected'],
  alone: true,
  deselects: true,
  parse: () => undefined,
  async run(session) {
    const { imapUnauthentications: limit } = session.limits
    if (limit === 0) throw new Bad('Unknown command')
    const used = (uses.get(session) ?? 0) + 1
    // There is no NO: a client may have pipelined the next login (§3).
    if (used > limit) throw new Bye('This connection was used often enough', 'LIMIT')
    uses.set(session, used)
    return {
      ...ok('UNAUTHENTICATE completed'),
      send: async line => {
        // The OK is the last of a layer between protocol and TLS (§4.1).
        await session.transport.pop(line)
        session.unauthenticated()
      },
    }
  },
})

export const unauthenticate = extension({
  rfc: 8437,
  advertise: ({ limits }) => (limits.imapUnauthentications === 0 ? [] : ['UNAUTHENTICATE']),
  commands: { UNAUTHENTICATE: unauthenticateCommand },
})
