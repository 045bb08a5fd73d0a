/** The commands of RFC 5804 §2, by name. */
import type { AccountId } from '@lemonade/store'
import { authenticate } from './authenticate.ts'
import { capabilities } from './capability.ts'
import { type Command, command } from './command.ts'
import { No, ok } from './reply.ts'
import { judge } from './scripts.ts'
import type { Session } from './session.ts'

/** The account of a session whose state the row has asked for. */
function accountOf({ identity }: Session): AccountId {
  if (identity === null) throw new Error('a command without an identity')
  return identity.account.id
}

/** RFC 5804 §2.4 */
const capability = command({
  state: 'any',
  run: session => ({ ...ok('Capability completed'), lines: capabilities(session) }),
})

/** RFC 5804 §2.2 */
const startTls = command({
  state: 'unauthenticated',
  run(session) {
    if (session.channel.secure) throw new No('TLS is up already')
    return { ...ok('Begin TLS negotiation now'), after: 'start-tls' }
  },
})

/** RFC 5804 §2.3 */
const logout = command({ state: 'any', run: () => ({ ...ok('Good-bye'), after: 'close' }) })

/** RFC 5804 §2.13 */
const noop = command({
  state: 'any',
  parse: words => (words.more ? words.text() : null),
  run: (_, tag) => (tag === null ? ok('Noop completed') : ok('Done', { code: 'TAG', text: tag })),
})

/** RFC 5804 §2.14.1 */
const unauthenticate = command({
  state: 'authenticated',
  run(session) {
    session.become(null)
    return ok('Log in again')
  },
})

/** RFC 5804 §2.5: what can be known before the script is there. */
const haveSpace = command({
  state: 'authenticated',
  parse: words => ({ name: words.scriptName(), octets: words.number() }),
  async run(session, { name, octets }) {
    const { scriptOctets, scripts } = session.limits
    if (octets > scriptOctets) throw new No(`A script has at most ${scriptOctets} octets`, 'QUOTA/MAXSIZE')
    const stored = await session.store.scripts.list(accountOf(session))
    if (stored.length >= scripts && !stored.some(script => script.name === name)) {
      throw new No(`There are at most ${scripts} scripts`, 'QUOTA/MAXSCRIPTS')
    }
    return ok('There is space')
  },
})

/** RFC 5804 §2.6: what does not compile is not stored, and what is stored replaces in one step. */
const putScript = command({
  state: 'authenticated',
  script: 1,
  parse: words => ({ name: words.scriptName(), source: words.script() }),
  async run(session, { name, source }) {
    const { scripts, scriptOctets: octets } = session.limits
    const reply = judge(source, session.sieve, 'Script stored')
    await session.store.scripts.put(accountOf(session), name, source, { scripts, octets })
    return reply
  },
})

/** RFC 5804 §2.12 */
const checkScript = command({
  state: 'authenticated',
  script: 0,
  parse: words => words.script(),
  run: (session, source) => judge(source, session.sieve, 'Script is valid'),
})

/** RFC 5804 §2.7 */
const listScripts = command({
  state: 'authenticated',
  async run(session) {
    const scripts = await session.store.scripts.list(accountOf(session))
    const lines = scripts.map(({ name, active }) => (active ? [name, { atom: 'ACTIVE' }] : [name]))
    return { ...ok('Listscripts completed'), lines }
  },
})

/** RFC 5804 §2.8; "" deactivates. */
const setActive = command({
  state: 'authenticated',
  parse: words => words.activeScriptName(),
  async run(session, name) {
    await session.store.scripts.setActive(accountOf(session), name)
    return ok(name === '' ? 'No script is active' : 'Script is active')
  },
})

/** RFC 5804 §2.9 */
const getScript = command({
  state: 'authenticated',
  parse: words => words.scriptName(),
  async run(session, name) {
    const source = await session.store.scripts.get(accountOf(session), name)
    return { ...ok('Getscript completed'), lines: [[source]] }
  },
})

/** RFC 5804 §2.10 */
const deleteScript = command({
  state: 'authenticated',
  parse: words => words.scriptName(),
  async run(session, name) {
    await session.store.scripts.remove(accountOf(session), name)
    return ok('Script deleted')
  },
})

/** RFC 5804 §2.11 */
const renameScript = command({
  state: 'authenticated',
  parse: words => ({ from: words.scriptName(), to: words.scriptName() }),
  async run(session, { from, to }) {
    const { scripts } = session.store
    const account = accountOf(session)
    if (from === to) {
      // Throws where there is no such script; where there is, the new name is taken.
      await scripts.get(account, from)
      throw new No('There is a script by that name already', 'ALREADYEXISTS')
    }
    await scripts.rename(account, from, to)
    return ok('Script renamed')
  },
})

export const commands: ReadonlyMap<string, Command> = new Map([
  ['AUTHENTICATE', authenticate],
  ['CAPABILITY', capability],
  ['CHECKSCRIPT', checkScript],
  ['DELETESCRIPT', deleteScript],
  ['GETSCRIPT', getScript],
  ['HAVESPACE', haveSpace],
  ['LISTSCRIPTS', listScripts],
  ['LOGOUT', logout],
  ['NOOP', noop],
  ['PUTSCRIPT', putScript],
  ['RENAMESCRIPT', renameScript],
  ['SETACTIVE', setActive],
  ['STARTTLS', startTls],
  ['UNAUTHENTICATE', unauthenticate],
])
