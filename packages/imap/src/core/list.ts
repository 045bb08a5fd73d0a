/** LIST and LSUB (RFC 3501 §6.3.8, §6.3.9), open to the options of RFC 5258. */
import type { Mailbox } from '@lemonade/store'
import { command, extension, type ListEntry, type ListReturn, type ListSelect, type State } from '../extension.ts'
import { listPattern, type Pattern } from '../grammar/list-pattern.ts'
import { delimiter } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { Bad } from '../problem.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

const states: readonly State[] = ['authenticated', 'selected']

interface Option<Row> {
  readonly name: string
  readonly row: Row
  readonly argument: unknown
}

interface Listing {
  readonly selects: readonly Option<ListSelect>[]
  readonly reference: string
  readonly patterns: readonly string[]
  readonly returns: readonly Option<ListReturn>[]
  /** Written with options or several patterns, so an empty pattern is not the question for the delimiter (RFC 5258 §3). */
  readonly extended: boolean
}

/** list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts] (RFC 5258 §6) */
function parseList(p: Parser, at: Parsing): Listing {
  const { listSelects, listReturns } = at.tables
  p.sp()
  const selecting = listSelects.size > 0 && p.isNext('(')
  const selects = selecting ? options(p, listSelects) : []
  if (selecting) p.sp()
  const reference = p.astring()
  p.sp()
  const several = listSelects.size > 0 && p.isNext('(')
  const patterns = several ? p.list1(() => p.listMailbox()) : [p.listMailbox()]
  const returning = listReturns.size > 0 && p.trySp()
  if (returning && p.word() !== 'RETURN') throw new Bad('Expected RETURN')
  if (returning) p.sp()
  const returns = returning ? options(p, listReturns) : []
  if (selects.length > 0 && selects.every(one => one.row.modifies)) throw new Bad('That option needs another')
  return { selects, reference, patterns, returns, extended: selecting || several || returning }
}

function options<Row extends { parse?(p: Parser): unknown }>(
  p: Parser,
  table: ReadonlyMap<string, Row>,
): Option<Row>[] {
  return p.list(() => {
    const name = p.word()
    const row = table.get(name)
    if (row === undefined) throw new Bad(`Unknown LIST option ${name}`)
    return { name, row, argument: row.parse?.(p) }
  })
}

export const list = command({
  states,
  parse: parseList,
  async *run(session, listing) {
    if (!listing.extended && listing.patterns[0] === '') {
      yield session.data(w => w.ascii('LIST (\\Noselect) "/" ').string(''))
      return ok('LIST completed')
    }
    const patterns = compile(session, listing.reference, listing.patterns)
    let entries = entriesOf(await session.store.mailboxes.list(session.account))
    for (const { row, argument } of listing.selects) entries = await row.select(entries, session, argument)
    const context = { session, selects: names(listing.selects), returns: names(listing.returns) }
    for (const entry of entries) {
      if (!patterns.some(pattern => pattern(entry.name))) continue
      const attributes = new Set(entry.mailbox === null || entry.mailbox.selectable ? [] : ['\\Noselect'])
      for (const one of session.tables.extensions) {
        for (const attribute of one.listAttributes?.(entry, context) ?? []) attributes.add(attribute)
      }
      for (const { row } of listing.returns) {
        for (const attribute of row.attributes?.(entry, context) ?? []) attributes.add(attribute)
      }
      yield session.data(w =>
        w
          .ascii('LIST ')
          .words([...attributes])
          .ascii(' "/" ')
          .mailbox(entry.name),
      )
      for (const { row, argument } of listing.returns) if (row.run) yield* row.run(session, entry, argument)
    }
    return ok('LIST completed')
  },
})

function compile(session: Session, reference: string, patterns: readonly string[]): Pattern[] {
  const limits = { utf8: session.utf8, wildcards: session.limits.imapListWildcards }
  return patterns.map(pattern => listPattern(reference, pattern, limits))
}

function names(listed: readonly Option<unknown>[]): ReadonlySet<string> {
  return new Set(listed.map(one => one.name))
}

/** Mailboxes in the order of their names, INBOX first. */
function entriesOf(mailboxes: readonly Mailbox[]): readonly ListEntry[] {
  const parents = new Set<string>()
  for (const { name } of mailboxes) {
    for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1)) {
      parents.add(name.slice(0, at))
    }
  }
  return mailboxes
    .map(mailbox => ({ name: mailbox.name, mailbox, hasChildren: parents.has(mailbox.name) }))
    .sort((a, b) => compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  if (a === 'INBOX' || b === 'INBOX') return a === b ? 0 : a === 'INBOX' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** lsub = "LSUB" SP mailbox SP list-mailbox */
export const lsub = command({
  states,
  parse: p => {
    p.sp()
    const reference = p.astring()
    p.sp()
    return { reference, pattern: p.listMailbox() }
  },
  async *run(session, { reference, pattern }) {
    const [matches] = compile(session, reference, [pattern])
    const { mailboxes } = session.store
    const subscribed = await mailboxes.subscriptions(session.account)
    const there = new Set((await mailboxes.list(session.account)).filter(one => one.selectable).map(one => one.name))
    for (const [name, exact] of subscribedNames(subscribed, matches as Pattern, pattern.includes('%'))) {
      const attributes = exact && there.has(name) ? [] : ['\\Noselect']
      yield session.data(w => w.ascii('LSUB ').words(attributes).ascii(' "/" ').mailbox(name))
    }
    return ok('LSUB completed')
  },
})

/** A superior that `%` matches stands for its subscribed inferiors, with \Noselect (RFC 3501 §6.3.9). */
function subscribedNames(subscribed: readonly string[], matches: Pattern, superiors: boolean): [string, boolean][] {
  const found = new Map<string, boolean>()
  for (const name of subscribed) {
    if (matches(name)) found.set(name, true)
    else if (superiors) {
      for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1)) {
        const superior = name.slice(0, at)
        if (matches(superior)) found.set(superior, found.get(superior) ?? false)
      }
    }
  }
  return [...found].sort(([a], [b]) => compare(a, b))
}

export const listing = extension({ rfc: 3501, commands: { LIST: list, LSUB: lsub } })
