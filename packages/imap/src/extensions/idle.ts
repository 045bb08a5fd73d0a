/** IDLE, RFC 2177: the server tells what happens when it happens. */
import { command, extension } from '../extension.ts'
import { Bad } from '../problem.ts'
import { continuation, ok } from '../response.ts'
import type { Session } from '../session.ts'
import { tell } from '../tell.ts'
import { Wake } from '../wake.ts'

/** "DONE" and grace for what people type. */
const lineOctets = 64

export const idleCommand = command({
  states: ['authenticated', 'selected'],
  alone: true,
  parse: () => undefined,
  async *run(session) {
    const wake = new Wake(session)
    try {
      yield continuation(session.say('idling'))
      const line = new Line(session, wake)
      for (;;) {
        wake.reset()
        await session.learn()
        yield* tell(session, true)
        if (line.came()) return ok('IDLE completed')
        await wake.heard()
      }
    } finally {
      wake.close()
    }
  },
})

/** The line that ends IDLE, whenever it comes. */
class Line {
  #octets: Uint8Array | null = null
  #problem: unknown

  constructor(session: Session, wake: Wake) {
    session.transport
      .line(lineOctets)
      .then(octets => {
        this.#octets = octets
      })
      .catch(problem => {
        this.#problem = problem
      })
      .finally(() => wake.up())
  }

  /** Whether it is here. Throws `Bad` where it is not DONE, or what kept it from coming. */
  came(): boolean {
    if (this.#problem !== undefined) throw this.#problem
    if (this.#octets === null) return false
    if (!/^DONE$/i.test(Buffer.from(this.#octets).toString('latin1'))) throw new Bad('Expected DONE')
    return true
  }
}

export const idle = extension({ rfc: 2177, advertise: 'IDLE', commands: { IDLE: idleCommand } })
