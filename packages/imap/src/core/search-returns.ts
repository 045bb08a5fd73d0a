/** RETURN: what SEARCH and its kin answer with where they are asked to (RFC 4466 §2.6, RFC 4731 §3.1). */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { StoreError } from '@lemonade/store'
import { pageOctets } from '../announce.ts'
import type { Call, SearchDone, SearchResult, SearchReturn } from '../extension.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'
import type { Parser } from '../wire/parser.ts'
import type { Writer } from '../wire/writer.ts'

export interface ReturnOption {
  readonly row: SearchReturn
  readonly argument: unknown
}

/** search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"; none means ALL. */
export function returnOptions(p: Parser, at: Parsing): readonly ReturnOption[] {
  p.sp()
  const table = at.tables.searchReturns
  const asked = new Map<string, ReturnOption>()
  const ask = (name: string): void => {
    const row = table.get(name)
    if (row === undefined) throw new Bad(`Unknown return option ${name}`)
    if (asked.has(name)) throw new Bad(`The return option ${name} stands twice`)
    asked.set(name, { row, argument: row.parse?.(p, at) })
  }
  p.list(() => ask(p.word()))
  if (asked.size === 0) ask('ALL')
  for (const [name, { row }] of asked) {
    const other = row.excludes?.find(one => asked.has(one))
    if (other !== undefined) throw new Bad(`The return options ${name} and ${other} exclude each other`)
  }
  // In the order of the table, however they were asked for.
  return [...table.keys()].flatMap(name => asked.get(name) ?? [])
}

/** What a command without return options answers with; null where that is the response of its own name. */
export function impliedReturns({ tables, dialect }: Parsing): readonly ReturnOption[] | null {
  const rows = dialect.searchReturns?.flatMap(name => tables.searchReturns.get(name) ?? [])
  return rows === undefined ? null : rows.map(row => ({ row, argument: undefined }))
}

/** What was searched, where that is not the selected mailbox. */
interface Where {
  /** Null where no key has more to say. */
  readonly view: View | null
  /** Writes what tells it from others, with a space before it. */
  readonly correlate?: (w: Writer) => void
}

/** The ESEARCH response, unless all options are silent, and what the options do beside it. */
export async function* answerReturns(
  session: Session,
  returns: readonly ReturnOption[],
  search: Omit<SearchDone, 'named'>,
  call: Call,
  where: Where = { view: session.view },
): AsyncGenerator<Response, void, void> {
  const { result, criteria } = search
  const isWanted = criteria.says.length > 0 || returns.some(({ row }) => row.run ?? row.prepare)
  const named = isWanted ? namedBy(returns, result) : result.uids
  const done = { ...search, named }
  const prepared: ReturnOption[] = []
  for (const { row, argument } of returns)
    prepared.push({ row, argument: row.prepare ? await row.prepare(session, done, argument, call) : argument })
  // Of several mailboxes only those are told of that have something (RFC 7377 §2.1).
  const isTold = where.correlate === undefined || result.uids.length > 0
  if (isTold && !returns.every(({ row }) => row.silent)) {
    const w = session.writer().ascii('* ESEARCH (TAG ').string(call.tag)
    where.correlate?.(w)
    w.close()
    if (call.byUid) w.ascii(' UID')
    for (const { row, argument } of prepared) {
      row.write?.(w, result, argument)
      for (const _ of row.stream?.(w, result, argument) ?? []) {
        if (w.length < pageOctets) continue
        yield w.take()
        await nextTurn()
      }
    }
    const { view } = where
    if (view && named.length > 0) for (const { name, value } of criteria.says) w.ascii(` ${name} ${value(view, named)}`)
    yield w.crlf().take()
  }
  for (const { row, argument } of returns) if (row.run) yield* row.run(session, done, argument, call)
}

/** What the options name together; the whole result where none of them has a say. */
function namedBy(returns: readonly ReturnOption[], result: SearchResult): Uint32Array {
  const { uids } = result
  const named = returns.flatMap(({ row, argument }) => (row.names ? [row.names(result, argument)] : []))
  const isAll = named.length === 0 || named.some(some => some.length === uids.length)
  return (isAll ? uids : Uint32Array.from(new Set(named.flatMap(some => [...some])))).toSorted()
}

/** Runs what a search does, where the options let it; where that ends in NO, they are told. */
export async function* refusable<R>(
  session: Session,
  returns: readonly ReturnOption[] | null,
  call: Call,
  run: AsyncGenerator<Response, R, void>,
): AsyncGenerator<Response, R, void> {
  for (const { row } of returns ?? []) row.check?.(session, call)
  try {
    return yield* run
  } catch (error) {
    if (error instanceof No || error instanceof StoreError) for (const { row } of returns ?? []) row.refused?.(session)
    throw error
  }
}
