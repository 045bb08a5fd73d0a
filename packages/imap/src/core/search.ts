/** SEARCH (RFC 3501 §6.4.4), open to keys and to return options (RFC 4466 §2.6). */
import { type Call, command, extension } from '../extension.ts'
import { refusedProgram, type SearchProgram, searchProgram } from '../grammar/search-program.ts'
import type { Parsing } from '../parsing.ts'
import { ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import { searchKeys } from './search-keys.ts'
import { numbersOf, plainResponse } from './search-numbers.ts'
import { answerReturns, impliedReturns, type ReturnOption, refusable, returnOptions } from './search-returns.ts'

interface Searching {
  /** Null where the plain SEARCH response is wanted. */
  readonly returns: readonly ReturnOption[] | null
  readonly criteria: SearchProgram
}

/** search = "SEARCH" [search-return-opts] SP search-program (RFC 4466 §2.6.1) */
function parseSearch(p: Parser, at: Parsing): Searching {
  p.sp()
  const returning = at.tables.searchReturns.size > 0 && p.tryWord('RETURN')
  const returns = returning ? returnOptions(p, at) : impliedReturns(at)
  if (returning) p.sp()
  return { returns, criteria: refusedProgram(p, () => searchProgram(p, at)) }
}

export const search = command({
  states: ['selected'],
  messages: 'numbers',
  parse: parseSearch,
  run: (session, { returns, criteria }, call) =>
    refusable(session, returns, call, run(session, returns, criteria, call)),
})

async function* run(
  session: Session,
  returns: readonly ReturnOption[] | null,
  asked: SearchProgram,
  call: Call,
): AsyncGenerator<Response, Tagged, void> {
  const { view } = session
  const criteria = await asked.prepare(session)
  for (const name of criteria.enables) yield* session.enable(name)
  const now = Date.now()
  const program = criteria.program({ session, view, now })
  const mailbox = view.mailbox.id
  const uids = view.known(await session.store.messages.search(mailbox, program, call.signal))
  const result = { uids, numbers: await numbersOf(view, uids, call.byUid) }
  if (returns !== null)
    yield* answerReturns(session, returns, { result, criteria, order: null, mailbox, program, now }, call)
  else yield* plainResponse(session, 'SEARCH', result, criteria)
  return ok('SEARCH completed')
}

export const searching = extension({
  rfc: 3501,
  commands: { SEARCH: search },
  searchKeys,
  codes: ['BADCHARSET'],
})
