/** STARTTLS, AUTHENTICATE, LOGIN: commands of the not authenticated state (RFC 3501 §6.2). */
import { AuthError, type Identity } from '@lemonade/auth'
import { command, extension } from '../extension.ts'
import { Bad, Bye, No } from '../problem.ts'
import { type Code, continuation, ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'

/** One SASL response, in BASE64. */
const responseOctets = 65_536

export const startTls = command({
  states: ['not-authenticated'],
  alone: true,
  parse: () => undefined,
  async run(session) {
    if (session.transport.channel().secure) throw new Bad('TLS is up already')
    return { ...ok('Begin TLS negotiation now'), send: line => session.transport.startTls(line) }
  },
})

/** authenticate = "AUTHENTICATE" SP auth-type [SP (base64 / "=")] (RFC 3501 §9, RFC 4959 §3) */
export const authenticate = command({
  states: ['not-authenticated'],
  alone: true,
  parse: (p, { tables }) => {
    p.sp()
    const mechanism = p.word()
    const initial = tables.grammar.initialResponse && p.trySp() ? initialResponse(p.rest()) : null
    return { mechanism, initial }
  },
  async *run(session, { mechanism, initial }: { mechanism: string; initial: Uint8Array | null }) {
    const channel = session.transport.channel()
    try {
      if (!session.shared.auth.mechanisms(channel).includes(mechanism)) throw unavailable(session)
      const identity = yield* converse(session, session.shared.auth.begin(mechanism, channel), initial)
      return welcome(session, identity)
    } catch (error) {
      throw refusal(session, error)
    }
  },
})

type Exchange = ReturnType<Session['shared']['auth']['begin']>

/** Carries challenges and responses; what the server says last is one more challenge, for IMAP has no other place. */
async function* converse(
  session: Session,
  exchange: Exchange,
  initial: Uint8Array | null,
): AsyncGenerator<Response, Identity, void> {
  let step = await exchange.step(initial)
  while (!('identity' in step)) {
    yield continuation(Buffer.from(step.challenge).toString('base64'))
    step = await exchange.step(await response(session))
  }
  if (step.finalData !== null) {
    yield continuation(Buffer.from(step.finalData).toString('base64'))
    if ((await response(session)).length > 0) throw new Bad('Expected an empty response')
  }
  return step.identity
}

async function response(session: Session): Promise<Uint8Array> {
  const line = await session.transport.line(responseOctets)
  if (line.length === 1 && line[0] === 0x2a) throw new Bad('Authentication cancelled')
  return base64(line)
}

/** "=" is the empty response (RFC 4959 §3). */
function initialResponse(octets: Uint8Array): Uint8Array {
  if (octets.length === 0) throw new Bad('Expected an initial response')
  return octets.length === 1 && octets[0] === 0x3d ? new Uint8Array(0) : base64(octets)
}

function base64(octets: Uint8Array): Uint8Array {
  const text = String.fromCharCode(...octets)
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Bad('Expected BASE64')
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** login = "LOGIN" SP userid SP password */
export const login = command({
  states: ['not-authenticated'],
  alone: true,
  parse: p => {
    p.sp()
    const name = p.astring()
    p.sp()
    return { name, password: p.astring() }
  },
  async run(session, { name, password }: { name: string; password: string }) {
    const channel = session.transport.channel()
    if (!session.shared.auth.mayLogin(channel)) throw new No('Use STARTTLS first', 'PRIVACYREQUIRED')
    try {
      return welcome(session, await session.shared.auth.login(name, password, channel))
    } catch (error) {
      throw refusal(session, error)
    }
  },
})

function welcome(session: Session, identity: Identity): Tagged {
  session.authenticated(identity)
  session.log.info({ credential: identity.credential }, 'Logged in')
  return ok('Logged in', `CAPABILITY ${session.tables.capabilities(session).join(' ')}`)
}

function unavailable(session: Session): No {
  const { secure } = session.transport.channel()
  return secure
    ? new No('No such mechanism', 'CANNOT')
    : new No('No such mechanism here, use STARTTLS', 'PRIVACYREQUIRED')
}

/** RFC 5530 §3 says why, as far as a stranger may know. */
function refusal(session: Session, error: unknown): unknown {
  if (!(error instanceof AuthError)) return error
  session.log.warn({ reason: error.reason }, 'Login refused')
  if (error.reason === 'aborted' || error.reason === 'malformed') return new Bad('The exchange broke off')
  if (++session.failures >= session.limits.imapLoginAttempts)
    return new Bye('Too many failed logins', 'AUTHENTICATIONFAILED')
  const [text, code] = reasons[error.reason]
  return new No(text, code)
}

const reasons: Record<Exclude<AuthError['reason'], 'aborted' | 'malformed'>, [string, Code]> = {
  invalid: ['Invalid credentials', 'AUTHENTICATIONFAILED'],
  unauthorized: ['Nobody acts as somebody else here', 'AUTHORIZATIONFAILED'],
  throttled: ['Too many attempts, try later', 'UNAVAILABLE'],
  'too-weak': ['That mechanism is too weak for this account', 'CANNOT'],
  'plaintext-refused': ['Use STARTTLS first', 'PRIVACYREQUIRED'],
  'unknown-mechanism': ['No such mechanism', 'CANNOT'],
  unavailable: ['Try later', 'UNAVAILABLE'],
}

export const loginCommands = extension({
  rfc: 3501,
  advertise: session => {
    if (session.state !== 'not-authenticated') return []
    const channel = session.transport.channel()
    const { auth } = session.shared
    return [
      ...(channel.secure ? [] : ['STARTTLS']),
      ...(auth.mayLogin(channel) ? [] : ['LOGINDISABLED']),
      ...auth.mechanisms(channel).map(mechanism => `AUTH=${mechanism}`),
    ]
  },
  commands: { STARTTLS: startTls, AUTHENTICATE: authenticate, LOGIN: login },
  codes: ['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED', 'PRIVACYREQUIRED', 'CONTACTADMIN'],
})
