/** SEARCH (RFC 3501 §6.4.4), open to keys and to return options (RFC 4466 §2.6). */
import { type Call, command, extension, type SearchResult, type SearchReturn } from '../extension.ts'
import { type SearchProgram, searchProgram } from '../grammar/search-program.ts'
import type { Parsing } from '../parsing.ts'
import { Bad } from '../problem.ts'
import { ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import { searchKeys } from './search-keys.ts'

interface ReturnOption {
  readonly row: SearchReturn
  readonly argument: unknown
}

interface Searching {
  /** Null where the plain SEARCH response is wanted. */
  readonly returns: readonly ReturnOption[] | null
  readonly criteria: SearchProgram
}

/** search = "SEARCH" [search-return-opts] SP search-program (RFC 4466 §2.6.1) */
function parseSearch(p: Parser, at: Parsing): Searching {
  p.sp()
  const returning = at.tables.searchReturns.size > 0 && p.tryWord('RETURN')
  const returns = returning ? returnOptions(p, at) : null
  if (returning) p.sp()
  return { returns, criteria: searchProgram(p, at) }
}

/** search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"; none means ALL. */
export function returnOptions(p: Parser, at: Parsing): readonly ReturnOption[] {
  p.sp()
  const option = (name: string): ReturnOption => {
    const row = at.tables.searchReturns.get(name)
    if (row === undefined) throw new Bad(`Unknown return option ${name}`)
    return { row, argument: row.parse?.(p) }
  }
  const options = p.list(() => option(p.word()))
  return options.length > 0 ? options : [option('ALL')]
}

export const search = command({
  states: ['selected'],
  messages: 'numbers',
  parse: parseSearch,
  async *run(session, { returns, criteria }, call) {
    const { view } = session
    for (const name of criteria.enables) yield* session.enable(name)
    const program = criteria.program({ session, view })
    const uids = view.known(await session.store.messages.search(view.mailbox.id, program, call.signal))
    const numbers = call.byUid ? uids : view.seqsOf(uids)
    return yield* answer(session, { uids, numbers, byUid: call.byUid }, returns, criteria, call)
  },
})

async function* answer(
  session: Session,
  result: SearchResult,
  returns: readonly ReturnOption[] | null,
  criteria: SearchProgram,
  call: Call,
): AsyncGenerator<Response, Tagged, void> {
  const says = result.uids.length > 0 ? criteria.says : []
  if (returns === null) {
    yield session.data(w => {
      w.ascii('SEARCH')
      for (const number of result.numbers) w.sp().number(number)
      for (const { name, value } of says) w.ascii(` (${name} ${value(session, result.uids)})`)
    })
    return ok('SEARCH completed')
  }
  if (!returns.every(one => one.row.silent)) {
    yield session.data(w => {
      w.ascii('ESEARCH (TAG ')
        .string(call.tag)
        .ascii(result.byUid ? ') UID' : ')')
      for (const { row, argument } of returns) row.write?.(w, result, argument)
      for (const { name, value } of says) w.ascii(` ${name} ${value(session, result.uids)}`)
    })
  }
  for (const { row, argument } of returns) if (row.run) yield* row.run(session, result, argument, call)
  return ok('SEARCH completed')
}

export const searching = extension({
  rfc: 3501,
  commands: { SEARCH: search },
  searchKeys,
  codes: ['BADCHARSET'],
})
