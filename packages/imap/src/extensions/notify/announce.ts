/** How news is told: LIST, STATUS and METADATA responses that nobody asked for (RFC 5465 §5). */
import type { MailboxId } from '@lemonade/store'
import { listResponse } from '../../core/list-response.ts'
import type { ListContext, ListEntry, ListItem } from '../../extension.ts'
import { delimiter } from '../../grammar/mailbox.ts'
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { AccountWatch } from './account-watch.ts'
import { isReadable, type Sight } from './look.ts'
import type { EntryNews, NameNews, StatusNews } from './pending.ts'

/** A name as it is now, and what it was before (RFC 5465 §5.4, §5.5). */
export function listLine(
  session: Session,
  account: AccountWatch,
  name: string,
  { oldName, isForbidden }: Pick<NameNews, 'oldName' | 'isForbidden'>,
): Response {
  const sight = account.byName.get(name)
  const attributes = [...existence(sight, isForbidden), ...others(session, account, name, sight)]
  if (account.subscriptions.has(name)) attributes.push('\\Subscribed')
  return listResponse(session, new Set(attributes), name, sight && oldName !== null ? [oldNameItem(oldName)] : [])
}

/** What is no mailbox does not exist, though the name may be there for others below it. */
function* existence(sight: Sight | undefined, isForbidden: boolean): Generator<string, void, void> {
  if (sight?.access.mailbox.selectable !== true) yield '\\NonExistent'
  if (sight?.access.mailbox.selectable === false) yield '\\Noselect'
  if (sight === undefined ? isForbidden : !isReadable(sight)) yield '\\NoAccess'
}

/** Attributes that LIST would give. */
function* others(
  session: Session,
  account: AccountWatch,
  name: string,
  sight: Sight | undefined,
): Generator<string, void, void> {
  const hasChildren = account.byName.keys().some(other => other.startsWith(`${name}${delimiter}`))
  if (sight === undefined && !hasChildren) return
  const entry: ListEntry = { name, access: sight?.access ?? null, hasChildren, isSelected: true }
  const subscribed = async () => account.subscriptions
  const context: ListContext = { session, selects: new Set(), returns: new Set(), subscribed }
  for (const one of session.tables.extensions) yield* one.listAttributes?.(entry, context) ?? []
}

/** oldname-extended-item = "OLDNAME" SP "(" mailbox ")" (RFC 5465 §8) */
function oldNameItem(oldName: string): ListItem {
  return { tag: 'OLDNAME', write: w => w.open().mailbox(oldName).close() }
}

/** A mailbox that may be seen and not read (RFC 5465 §3.1). */
export function noAccess(session: Session, account: AccountWatch, { access }: Sight): Response {
  return listLine(session, account, access.name, { oldName: null, isForbidden: true })
}

/** Numbers of a mailbox that is not selected (RFC 5465 §5.1 to §5.3); null where nothing would say what has changed. */
export function statusLine(session: Session, sight: Sight, news: StatusNews): Promise<Response | null> {
  const knowsModSeqs = session.isEnabled('CONDSTORE')
  const items = [
    ...(news.isNew || (news.changes && knowsModSeqs) ? ['UIDVALIDITY'] : []),
    ...(news.messages ? ['UIDNEXT', 'MESSAGES'] : []),
    ...(news.unseen ? ['UNSEEN'] : []),
    ...(knowsModSeqs ? ['HIGHESTMODSEQ'] : []),
  ]
  return status(session, sight, items)
}

/** "STATUS" SP mailbox SP "(" status-att-list ")", of the items that this server has; null for none. */
export async function status(session: Session, sight: Sight, items: readonly string[]): Promise<Response | null> {
  const { mailbox, counts } = sight.activity
  const values: string[] = []
  for (const item of items) {
    const row = session.tables.statusItems.get(item)
    if (row !== undefined) values.push(`${item} ${await row.value(session, mailbox, counts)}`)
  }
  if (values.length === 0) return null
  return session.data(w => w.ascii('STATUS ').mailbox(sight.access.name).sp().words(values))
}

/** "METADATA" SP mailbox SP entry *(SP entry), the server being "" (RFC 5464 §4.4.2). */
export function* metadataLines(
  session: Session,
  account: AccountWatch,
  entries: Iterable<EntryNews>,
): Generator<Response, void, void> {
  const byMailbox = Map.groupBy(entries, ({ mailbox }): MailboxId | null => mailbox)
  for (const [id, changed] of byMailbox) {
    const name = id === null ? '' : account.sights.get(id)?.access.name
    if (name === undefined) continue
    yield session.data(w => {
      w.ascii('METADATA ').mailbox(name)
      for (const { entry } of changed) w.sp().astring(entry)
    })
  }
}
