/** CAPABILITY, NOOP, LOGOUT: commands of any state (RFC 3501 §6.1). */
import { command, extension, type State } from '../extension.ts'
import { ok } from '../response.ts'

const states: readonly State[] = ['not-authenticated', 'authenticated', 'selected']
const nothing = () => undefined

export const capability = command({
  states,
  parse: nothing,
  async *run(session) {
    yield session.data(w => w.ascii('CAPABILITY ').ascii(session.tables.capabilities(session).join(' ')))
    return ok('CAPABILITY completed')
  },
})

/** Nothing by itself: what is new is told at the end of every command (RFC 3501 §6.1.2). */
export const noop = command({
  states,
  parse: nothing,
  async run() {
    return ok('NOOP completed')
  },
})

export const logout = command({
  states,
  deselects: true,
  parse: nothing,
  async *run(session) {
    yield { status: 'BYE', text: 'Good-bye' }
    session.isOver = true
    return ok('LOGOUT completed')
  },
})

export const anyState = extension({
  rfc: 3501,
  advertise: 'IMAP4rev1',
  commands: { CAPABILITY: capability, NOOP: noop, LOGOUT: logout },
  // RFC 3501 §7.1 and RFC 5530 §3; the rest belong to those who send them.
  codes: [
    'ALERT',
    'CAPABILITY',
    'PARSE',
    'UNAVAILABLE',
    'CORRUPTION',
    'SERVERBUG',
    'CLIENTBUG',
    'CANNOT',
    'LIMIT',
    'INUSE',
    'OVERQUOTA',
    'ALREADYEXISTS',
    'NONEXISTENT',
    'HASCHILDREN',
    'NOPERM',
    'TOOBIG',
  ],
})
