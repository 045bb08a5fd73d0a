/** The one way from a name of an entry to its value, stored or computed, and to the response that tells of it. */
import type { Mailbox, MetadataDepth } from '@lemonade/store'
import { type Access, findMailbox } from '../../access.ts'
import { pageOctets } from '../../announce.ts'
import type { MetadataRule } from '../../extension.ts'
import { No } from '../../problem.ts'
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Writer } from '../../wire/writer.ts'

/** What has entries: a mailbox, or the server. */
export interface Bearer {
  /** The mailbox's name for this session, '' for the server. */
  readonly name: string
  readonly mailbox: Mailbox | null
}

export const theServer: Bearer = { name: '', mailbox: null }

/** Any of these, with `l`, opens a mailbox's entries, to read and to set (RFC 5464 §3.3). */
const opening = [...'rswip']

export function mayUseEntries({ rights }: Access): boolean {
  return rights.has('l') && opening.some(right => rights.has(right))
}

/** Throws `No` where there is no such mailbox or its entries are not for this session. */
export async function bearerOf(session: Session, name: string): Promise<Bearer> {
  if (name === '') return theServer
  const access = await findMailbox(session, name)
  if (access === null) throw new No('There is no such mailbox', 'NONEXISTENT')
  if (!mayUseEntries(access)) throw new No('You have not the right to do that', 'NOPERM')
  return { name: access.name, mailbox: access.mailbox }
}

/** Where the store keeps a bearer's entries as this session has them. */
export function keptFor(session: Session, { mailbox }: Bearer) {
  return { mailbox: mailbox?.id ?? null, account: session.account }
}

export function rulesFor(session: Session, { mailbox }: Bearer, name: string): readonly MetadataRule[] {
  const folded = name.toLowerCase()
  return session.tables.metadataRules.filter(rule => rule.applies(folded, mailbox))
}

export interface EntryQuery {
  readonly names: readonly string[]
  /** With 0, what is not there is NIL; else it is left out. */
  readonly depth: MetadataDepth
  readonly maxSize: number
}

/** Says the values that are asked for; answers with the size of the longest that is longer than `maxSize`, else 0. */
export async function* entryResponses(
  session: Session,
  bearer: Bearer,
  { names, depth, maxSize }: EntryQuery,
): AsyncGenerator<Response, number, void> {
  const w = session.writer()
  const said = new Set<string>()
  let longest = 0
  for (const asked of names) {
    for (const name of await namesAt(session, bearer, asked, depth)) {
      if (said.has(name.toLowerCase())) continue
      said.add(name.toLowerCase())
      const value = await currentValue(session, bearer, name)
      if (value === null && depth !== 0) continue
      const octets = value?.length ?? 0
      if (octets > maxSize) longest = Math.max(longest, octets)
      else {
        if (w.length === 0) responseStart(w, bearer).open()
        else w.sp()
        w.astring(name).sp().value(value)
        if (w.length >= pageOctets) yield w.close().crlf().take()
      }
    }
  }
  if (w.length > 0) yield w.close().crlf().take()
  return longest
}

/** Names that a question is about: as asked, and those that are below, as they were set. */
async function namesAt(
  session: Session,
  bearer: Bearer,
  asked: string,
  depth: MetadataDepth,
): Promise<readonly string[]> {
  if (depth === 0) return [asked]
  const stored = await session.store.metadata.sizes(keptFor(session, bearer), asked, depth)
  const computed = session.tables.metadataRules
    .flatMap(rule => rule.names?.(session, bearer.mailbox) ?? [])
    .filter(name => isWithin(name.toLowerCase(), asked.toLowerCase(), depth))
  return [...stored.map(({ name }) => name), ...computed]
}

function isWithin(name: string, root: string, depth: MetadataDepth): boolean {
  if (name === root) return true
  if (!name.startsWith(`${root}/`)) return false
  return depth === 'infinity' || !name.includes('/', root.length + 1)
}

async function currentValue(session: Session, bearer: Bearer, name: string): Promise<Uint8Array | null> {
  const computed = rulesFor(session, bearer, name).find(rule => rule.read)
  if (computed?.read) return computed.read(session, bearer.mailbox, name.toLowerCase())
  return session.store.metadata.get(keptFor(session, bearer), name)
}

/** metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list) (RFC 5464 §5) */
function responseStart(w: Writer, { name }: Bearer): Writer {
  w.ascii('* METADATA ')
  if (name === '') w.string('')
  else w.mailbox(name)
  return w.sp()
}

/** Tells that entries have changed, without their values (RFC 5464 §4.4.2). */
export function changeResponse(session: Session, bearer: Bearer, names: readonly string[]): Response {
  const w = responseStart(session.writer(), bearer)
  for (const [at, name] of names.entries()) (at === 0 ? w : w.sp()).astring(name)
  return w.crlf().take()
}
