/** FETCH (RFC 3501 §6.4.5), open to items and modifiers. */
import { type Call, command, extension, type FetchItem, type FetchModifier, type FetchPlan } from '../extension.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { no, ok, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import { printDateTime } from '../wire/date.ts'
import { printNumbers } from '../wire/number-set.ts'
import type { Parser } from '../wire/parser.ts'
import { bodyItem, bodyPeekItem, rfc822Item } from './body.ts'
import { Fetch, flagsItem } from './fetch-pages.ts'
import { shownBody, shownEnvelope } from './surrogate.ts'

interface Modifier {
  readonly row: FetchModifier
  readonly argument: unknown
}

interface Fetching {
  readonly items: readonly FetchItem[]
  /** By name. */
  readonly modifiers: ReadonlyMap<string, Modifier>
}

const macros: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
}

/** fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")") [fetch-modifiers] */
function parseFetch(p: Parser, at: Parsing): Fetching {
  p.sp()
  const items = fetchItems(p, at)
  const modifiers = new Map<string, Modifier>()
  const { fetchModifiers } = at.tables
  if (fetchModifiers.size > 0 && p.trySp()) {
    p.list1(() => {
      const name = p.word()
      const row = fetchModifiers.get(name)
      if (row === undefined) throw new Bad(`Unknown FETCH modifier ${name}`)
      if (modifiers.has(name)) throw new Bad(`${name} may stand once`)
      modifiers.set(name, { row, argument: row.parse(p) })
    })
    for (const [name, { row }] of modifiers) {
      const missing = row.needs?.find(other => !modifiers.has(other))
      if (missing !== undefined) throw new Bad(`${name} needs ${missing}`)
    }
  }
  return { items, modifiers }
}

/** What FETCH and its kin can be asked for: a macro, an item, or items in parentheses. */
export function fetchItems(p: Parser, at: Parsing): readonly FetchItem[] {
  if (p.isNext('(')) {
    const items = p.list1(() => fetchItem(p, at))
    if (items.length > at.limits.imapFetchItems) throw new No('Too many items', 'LIMIT')
    return items
  }
  const start = p.at
  const macro = macros[p.name()]
  if (macro) return macro.map(name => named(name, p, at))
  p.rewind(start)
  return [fetchItem(p, at)]
}

function fetchItem(p: Parser, at: Parsing): FetchItem {
  return named(p.name(), p, at)
}

function named(name: string, p: Parser, at: Parsing): FetchItem {
  const make = at.tables.fetchItems.get(name)
  if (make === undefined) throw new Bad(`Nothing called ${name} can be fetched`)
  return make(p, at)
}

export const fetch = command({
  states: ['selected'],
  messages: 'set',
  parse: parseFetch,
  async *run(session, { items, modifiers: named }, call) {
    const modifiers = [...named.values()].sort((a, b) => Number(b.row.first ?? false) - Number(a.row.first ?? false))
    for (const { row } of modifiers) {
      if (row.byUid && !call.byUid) throw new Bad('That modifier belongs to UID FETCH')
      session.require(row.requires)
    }
    for (const { enables } of [...items, ...modifiers.map(one => one.row)]) if (enables) yield* session.enable(enables)
    const beside = new Map([...named].map(([name, { argument }]) => [name, argument]))
    for (const { row, argument } of modifiers) if (row.run) yield* row.run(session, argument, call, beside)
    const gone = !call.byUid && session.view.goneWithin(call.uids) > 0
    let plan: FetchPlan = { uids: call.uids, items: withUid(session, items, call) }
    for (const { row, argument } of modifiers) plan = row.plan?.(plan, argument, session) ?? plan
    const pages = new Fetch(session, plan.items)
    const complete = yield* pages.run(plan.uids)
    if (pages.leftOut) throw pages.leftOut
    if (gone || (!complete && !call.byUid)) return no('Some of the messages no longer exist', 'EXPUNGEISSUED')
    const code = pages.surrogates.length > 0 ? `DOWNGRADED ${printNumbers(pages.surrogates)}` : undefined
    return ok('FETCH completed', code) as Tagged
  },
})

/** UID FETCH answers with the UID, asked for or not (RFC 3501 §6.4.8). */
function withUid({ dialect }: Session, items: readonly FetchItem[], call: Call): readonly FetchItem[] {
  return call.byUid && dialect.uidItem && !items.some(item => item.name === 'UID') ? [uidItem, ...items] : items
}

export const uidItem: FetchItem = {
  name: 'UID',
  write: (w, message) => w.ascii('UID ').number(message.uid),
}

const internalDate: FetchItem = {
  name: 'INTERNALDATE',
  needs: ['row'],
  write: (w, message) => w.ascii('INTERNALDATE "').ascii(printDateTime(message.row.internalDate)).ascii('"'),
}

const size: FetchItem = {
  name: 'RFC822.SIZE',
  needs: ['row'],
  write: (w, message) => w.ascii('RFC822.SIZE ').number(message.row.octets),
}

/** Facts that the store keeps ready to send, to most clients. */
const envelope: FetchItem = {
  name: 'ENVELOPE',
  needs: ['envelope'],
  write: (w, message, session) =>
    w.ascii('ENVELOPE ').octets(shownEnvelope(message.facts.envelope as Uint8Array, message, session)),
}

const bodyStructure: FetchItem = {
  name: 'BODYSTRUCTURE',
  needs: ['bodyStructure'],
  write: (w, message, session) =>
    w.ascii('BODYSTRUCTURE ').octets(shownBody(message.facts.bodyStructure as Uint8Array, message, session)),
}

export const fetching = extension({
  rfc: 3501,
  commands: { FETCH: fetch },
  fetchItems: {
    UID: () => uidItem,
    FLAGS: () => flagsItem,
    INTERNALDATE: () => internalDate,
    'RFC822.SIZE': () => size,
    ENVELOPE: () => envelope,
    BODYSTRUCTURE: () => bodyStructure,
    BODY: bodyItem,
    'BODY.PEEK': bodyPeekItem,
    RFC822: rfc822Item('RFC822', null, true),
    'RFC822.HEADER': rfc822Item('RFC822.HEADER', 'HEADER', false),
    'RFC822.TEXT': rfc822Item('RFC822.TEXT', 'TEXT', true),
  },
  codes: ['DOWNGRADED'],
})
