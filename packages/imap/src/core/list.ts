/** LIST (RFC 3501 §6.3.8), open to the options of RFC 5258. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Access, visibleMailboxes } from '../access.ts'
import {
  command,
  extension,
  type ListAddition,
  type ListContext,
  type ListItem,
  type ListReturn,
  type ListSelect,
} from '../extension.ts'
import { listPattern, type Pattern } from '../grammar/list-pattern.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { ok, type Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import { candidates, type Listed, listEntries, type Selection } from './list-entries.ts'
import { listResponse } from './list-response.ts'
import { lsub } from './lsub.ts'

/** Entries that are answered in a turn of the event loop: what is returned of each may cost a query. */
const turnEntries = 100

/** Names compared with a pattern in a turn. */
const turnComparisons = 2_000

interface Option<Row> {
  readonly row: Row
  readonly argument: unknown
}

/** By name. An option that stands twice counts once (RFC 5258 §3). */
type Options<Row> = ReadonlyMap<string, Option<Row>>

interface Listing {
  readonly selects: Options<ListSelect>
  readonly reference: string
  readonly patterns: readonly string[]
  readonly returns: Options<ListReturn>
  /** Written with options or several patterns, so an empty pattern is not the question for the delimiter (RFC 5258 §3). */
  readonly isExtended: boolean
}

/** list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts] (RFC 5258 §6) */
function parseList(p: Parser, at: Parsing): Listing {
  const { listSelects, listReturns } = at.tables
  p.sp()
  const isSelecting = listSelects.size > 0 && p.isNext('(')
  const selects = isSelecting ? options(p, at, listSelects) : new Map()
  if (isSelecting) p.sp()
  const reference = p.astring()
  p.sp()
  const areSeveral = listSelects.size > 0 && p.isNext('(')
  const patterns = areSeveral ? p.list1(() => p.listMailbox()) : [p.listMailbox()]
  if (patterns.length > at.limits.imapListPatterns) throw new No('Too many patterns', 'LIMIT')
  const isReturning = listReturns.size > 0 && p.trySp()
  if (isReturning && p.word() !== 'RETURN') throw new Bad('Expected RETURN')
  if (isReturning) p.sp()
  const returns = new Map<string, Option<ListReturn>>(isReturning ? options(p, at, listReturns) : [])
  for (const [name, { row }] of selects) {
    if (row.modifies && ![...selects.values()].some(other => other.row.names))
      throw new Bad(`${name} needs another option`)
    for (const implied of row.implies ?? []) if (!returns.has(implied)) returns.set(implied, impliedOption(at, implied))
  }
  return { selects, reference, patterns, returns, isExtended: isSelecting || areSeveral || isReturning }
}

function options<Row extends { parse?(p: Parser, at: Parsing): unknown }>(
  p: Parser,
  at: Parsing,
  table: ReadonlyMap<string, Row>,
): Options<Row> {
  const read = p.list((): [string, Option<Row>] => {
    const name = p.word()
    const row = table.get(name)
    if (row === undefined) throw new Bad(`Unknown LIST option ${name}`)
    return [name, { row, argument: row.parse?.(p, at) }]
  })
  return new Map(read)
}

function impliedOption({ tables }: Parsing, name: string): Option<ListReturn> {
  const row = tables.listReturns.get(name)
  if (row === undefined) throw new Error(`Nobody owns the return option ${name}`)
  return { row, argument: undefined }
}

export const list = command({
  states: ['authenticated', 'selected'],
  parse: parseList,
  async *run(session, listing) {
    if (!listing.isExtended && listing.patterns[0] === '') {
      yield listResponse(session, ['\\Noselect'], '')
      return ok('LIST completed')
    }
    const patterns = compile(session, listing)
    const context = contextOf(session, listing)
    const mailboxes = await visibleMailboxes(session)
    const selection = await select(mailboxes, context, listing.selects)
    const matches = await matching(candidates(mailboxes, selection), patterns)
    for (const [at, entry] of listEntries(mailboxes, selection, matches).entries()) {
      if (at % turnEntries === turnEntries - 1) await nextTurn()
      yield* answer(entry, context, listing)
    }
    return ok('LIST completed')
  },
})

/** A LIST response that says what there is of a name now, whoever wants to know it. */
export async function listOne(session: Session, name: string, items: readonly ListItem[] = []): Promise<Response> {
  const nothing: Listing = { selects: new Map(), reference: '', patterns: [], returns: new Map(), isExtended: true }
  const context = contextOf(session, nothing)
  const selection = { names: new Set([name]), recursive: false }
  const [entry] = listEntries(await visibleMailboxes(session), selection, () => true)
  if (entry === undefined) throw new Error('A name that is selected is listed')
  return listResponse(session, attributesOf(entry, context, true), name, items)
}

/** Patterns that are empty, or not accepted, match nothing (RFC 5258 §3). */
function compile(session: Session, { reference, patterns, isExtended }: Listing): readonly Pattern[] {
  const limits = { utf8: session.utf8, wildcards: session.limits.imapListWildcards }
  return patterns
    .filter(pattern => pattern !== '')
    .flatMap(pattern => {
      try {
        return [listPattern(reference, pattern, limits)]
      } catch (error) {
        if (isExtended && error instanceof No) return []
        throw error
      }
    })
}

/** The names that match one of the patterns; compared so many at a time that nobody else waits for it. */
async function matching(names: Iterable<string>, patterns: readonly Pattern[]): Promise<Pattern> {
  const found = new Set<string>()
  let compared = 0
  for (const name of names) {
    if (patterns.some(matches => matches(name))) found.add(name)
    compared += patterns.length
    if (compared < turnComparisons) continue
    compared = 0
    await nextTurn()
  }
  return name => found.has(name)
}

function contextOf(session: Session, { selects, returns }: Listing): ListContext {
  let subscribed: Promise<ReadonlySet<string>> | undefined
  return {
    session,
    selects: new Set(selects.keys()),
    returns: new Set(returns.keys()),
    subscribed: () => {
      subscribed ??= session.store.mailboxes.subscriptions(session.account).then(names => new Set(names))
      return subscribed
    },
  }
}

/** Every option must be met (RFC 5258 §3). */
async function select(
  mailboxes: readonly Access[],
  context: ListContext,
  options: Options<ListSelect>,
): Promise<Selection> {
  let names: ReadonlySet<string> | null = null
  for (const { row, argument } of options.values()) {
    if (row.names === undefined) continue
    const met = new Set(await row.names(mailboxes, context, argument))
    names = names === null ? met : names.intersection(met)
  }
  return { names, recursive: [...options.values()].some(({ row }) => row.recursive) }
}

/** One entry's LIST response, and what follows it. */
async function* answer(
  entry: Listed,
  context: ListContext,
  { selects, returns, isExtended }: Listing,
): AsyncGenerator<Response, void, void> {
  const additions: ListAddition[] = []
  for (const { row, argument } of returns.values()) additions.push(await row.add(entry, context, argument))
  const attributes = attributesOf(entry, context, isExtended)
  for (const addition of additions) for (const attribute of addition.attributes ?? []) attributes.add(attribute)
  const items = additions.flatMap(addition => addition.items ?? [])
  yield listResponse(context.session, attributes, entry.name, [...childInfo(entry, selects), ...items])
  if (!entry.isSelected || entry.access === null) return
  for (const addition of additions) if (addition.after) yield* addition.after
}

/** What is told of every name, asked for or not. */
function attributesOf(entry: Listed, context: ListContext, isExtended: boolean): Set<string> {
  const attributes = new Set(existence(entry, isExtended))
  for (const one of context.session.tables.extensions) {
    for (const attribute of one.listAttributes?.(entry, context) ?? []) attributes.add(attribute)
  }
  return attributes
}

/** One of them at most: \NonExistent implies \Noselect, for those who know it (RFC 5258 §3.4, RFC 9051 §9). */
function existence({ access }: Listed, isExtended: boolean): readonly string[] {
  if (access === null) return [isExtended ? '\\NonExistent' : '\\Noselect']
  return access.mailbox.selectable ? [] : ['\\Noselect']
}

/** childinfo-extended-item = "CHILDINFO" SP "(" list-select-base-opt-quoted *(SP list-select-base-opt-quoted) ")" */
function* childInfo({ selectedBelow }: Listed, selects: Options<ListSelect>): Generator<ListItem, void, void> {
  const options = [...selects]
  if (!selectedBelow || !options.some(([, { row }]) => row.recursive)) return
  const criteria = options.filter(([, { row }]) => row.names).map(([name]) => `"${name}"`)
  yield { tag: 'CHILDINFO', write: w => w.words(criteria) }
}

export const listing = extension({ rfc: 3501, commands: { LIST: list, LSUB: lsub } })
