/** AUTHENTICATE (RFC 5804 §2.1): a SASL exchange in base64 strings. */
import { AuthError, type Exchange, type Identity } from '@lemonade/auth'
import { command } from './command.ts'
import { authNo } from './problem.ts'
import { Bye, No, ok, type Reply } from './reply.ts'
import type { Session } from './session.ts'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The octets of a response; throws No for what is not base64, or for "*", which gives up. */
function decode(response: Uint8Array): Uint8Array {
  const text = Buffer.from(response).toString('latin1')
  if (text === '*') throw new No('Authentication aborted')
  if (!base64.test(text)) throw new No('A SASL response is base64')
  return Buffer.from(text, 'base64')
}

function encode(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64')
}

interface Request {
  readonly mechanism: string
  readonly initial: Uint8Array | null
}

export const authenticate = command({
  state: 'unauthenticated',
  parse: (words): Request => ({ mechanism: words.text(), initial: words.more ? words.octets() : null }),
  async run(session, { mechanism, initial }) {
    try {
      const exchange = session.auth.begin(mechanism, session.channel)
      if (exchange.serverFirst && initial !== null) throw new No('This mechanism takes no initial response')
      const { identity, finalData } = await converse(session, exchange, initial === null ? null : decode(initial))
      session.become(identity)
      return finalData === null ? ok('Logged in') : ok('Logged in', { code: 'SASL', text: encode(finalData) })
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      return refuse(session, error)
    }
  },
})

async function converse(
  session: Session,
  exchange: Exchange,
  initial: Uint8Array | null,
): Promise<{ identity: Identity; finalData: Uint8Array | null }> {
  let response = initial
  for (;;) {
    const step = await exchange.step(response)
    if ('identity' in step) return step
    response = decode(await session.ask(encode(step.challenge)))
  }
}

function refuse(session: Session, error: AuthError): Reply {
  session.failures++
  if (session.failures >= session.limits.authenticationFailures)
    throw new Bye('Too many failed authentication attempts')
  throw authNo(
    error.reason,
    error.retrySeconds === 0 ? error.message : `${error.message} in ${error.retrySeconds} seconds`,
  )
}
