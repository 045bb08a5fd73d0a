/** STATUS (RFC 3501 §6.3.10), open to items. */
import { needMailbox } from '../access.ts'
import { command, extension, type StatusItem } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import { Bad } from '../problem.ts'
import { ok } from '../response.ts'

/** status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")" */
export const status = command({
  states: ['authenticated', 'selected'],
  parse: (p, at) => {
    p.sp()
    const name = mailbox(p, at)
    p.sp()
    const items = p.list1((): [string, StatusItem] => {
      const word = p.word()
      const row = at.tables.statusItems.get(word)
      if (row === undefined) throw new Bad(`Unknown STATUS item ${word}`)
      return [word, row]
    })
    return { name, items: new Map(items) }
  },
  async *run(session, { name, items }) {
    const { mailbox: found, name: told } = await needMailbox(session, name, 'r')
    for (const { enables } of items.values()) if (enables) yield* session.enable(enables)
    const counts = await session.store.mailboxes.counts(found.id)
    const values: string[] = []
    for (const [word, row] of items) values.push(`${word} ${await row.value(session, found, counts)}`)
    yield session.data(w => w.ascii('STATUS ').mailbox(told).sp().words(values))
    return ok('STATUS completed')
  },
})

export const statusCommand = extension({
  rfc: 3501,
  commands: { STATUS: status },
  statusItems: {
    MESSAGES: { value: (_, __, counts) => counts.messages },
    RECENT: { value: (_, __, counts) => counts.recent },
    UIDNEXT: { value: (_, found) => found.uidNext },
    UIDVALIDITY: { value: (_, found) => found.uidValidity },
    UNSEEN: { value: (_, __, counts) => counts.unseen },
  },
})
