/** STATUS (RFC 3501 §6.3.10), open to items. */
import { type Access, needMailbox } from '../access.ts'
import { command, extension, type StatusItem } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { Bad } from '../problem.ts'
import { ok, type Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

/** What is asked about a mailbox, by name. */
export type StatusItems = ReadonlyMap<string, StatusItem>

/** "(" status-att *(SP status-att) ")" */
export function statusItems(p: Parser, at: Parsing): StatusItems {
  const items = p.list1((): [string, StatusItem] => {
    const word = p.word()
    const row = at.tables.statusItems.get(word)
    if (row === undefined) throw new Bad(`Unknown STATUS item ${word}`)
    return [word, row]
  })
  return new Map(items)
}

/** "STATUS" SP mailbox SP "(" [status-att-list] ")" (RFC 3501 §7.2.4). Throws no-such-mailbox. */
export async function statusResponse(
  session: Session,
  { name, mailbox }: Access,
  items: StatusItems,
): Promise<Response> {
  const counts = await session.store.mailboxes.counts(mailbox.id)
  const values: string[] = []
  for (const [word, row] of items) values.push(`${word} ${await row.value(session, mailbox, counts)}`)
  return session.data(w => w.ascii('STATUS ').mailbox(name).sp().words(values))
}

/** Enables what the items enable; answers what is to be said about that. */
export function enableForItems(session: Session, items: StatusItems): readonly Response[] {
  return [...items.values()].flatMap(({ enables }) => (enables === undefined ? [] : session.enable(enables)))
}

/** status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")" */
export const status = command({
  states: ['authenticated', 'selected'],
  parse: (p, at) => {
    p.sp()
    const name = mailbox(p, at)
    p.sp()
    return { name, items: statusItems(p, at) }
  },
  async *run(session, { name, items }) {
    const found = await needMailbox(session, name, 'r')
    yield* enableForItems(session, items)
    yield await statusResponse(session, found, items)
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
