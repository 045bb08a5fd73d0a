/** ENABLE, RFC 5161: the client says which extensions may change what it is told. */
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'

/** capability *(SP capability); those that are unknown or need no enabling are passed over (RFC 5161 §3.1). */
export const enableCommand = command({
  // Servers need not insist that no mailbox is selected (RFC 5161 §3.1).
  states: ['authenticated', 'selected'],
  parse: p => {
    const names: string[] = []
    do {
      p.sp()
      names.push(p.word())
    } while (p.more())
    return names
  },
  async *run(session, names) {
    const known = [...session.tables.enable.values()].map(one => one.name)
    const before = new Set(known.filter(name => session.isEnabled(name)))
    const said = names.flatMap(name => session.enable(name))
    const enabled = known.filter(name => session.isEnabled(name) && !before.has(name))
    yield session.data(w => w.ascii(['ENABLED', ...enabled].join(' ')))
    yield* said
    return ok('ENABLE completed')
  },
})

export const enable = extension({
  rfc: 5161,
  advertise: 'ENABLE',
  commands: { ENABLE: enableCommand },
})
