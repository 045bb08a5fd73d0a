/** SORT, RFC 5256: what a search finds in another order than that of the mailbox. */
import type { SortKey } from '@lemonade/store'
import { numbersOf, plainResponse } from '../core/search-numbers.ts'
import { answerReturns, type ReturnOption, refusable, returnOptions } from '../core/search-returns.ts'
import { type Call, command, extension } from '../extension.ts'
import { refusedProgram, type SearchProgram, searchCriteria } from '../grammar/search-program.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

interface Sorting {
  /** Null where the SORT response is wanted. */
  readonly returns: readonly ReturnOption[] | null
  readonly criteria: readonly ((session: Session) => SortKey)[]
  readonly asked: SearchProgram
}

/** extended-sort = "SORT" [search-return-opts] SP sort-criteria SP search-criteria (RFC 5256 §5, RFC 5267 §5) */
function parseSort(p: Parser, at: Parsing): Sorting {
  p.sp()
  const returning = at.tables.grammar.extendedSort === true && p.tryWord('RETURN')
  const returns = returning ? returnOptions(p, at) : null
  if (returning) p.sp()
  const criteria = p.list1(() => sortCriterion(p, at))
  p.sp()
  return { returns, criteria, asked: refusedProgram(p, () => searchCriteria(p, at)) }
}

/** sort-criterion = ["REVERSE" SP] sort-key */
function sortCriterion(p: Parser, at: Parsing): (session: Session) => SortKey {
  const reverse = p.tryWord('REVERSE')
  if (reverse) p.sp()
  const name = p.word()
  const by = at.tables.sortKeys.get(name)
  if (by === undefined) throw new Bad(`Unknown sort criterion ${name}`)
  if (typeof by === 'string') return () => ({ by, reverse })
  const criterion = by(p, at)
  return session => ({ ...criterion(session), reverse })
}

export const sortCommand = command({
  states: ['selected'],
  messages: 'numbers',
  parse: parseSort,
  run: (session, sorting, call) => refusable(session, sorting.returns, call, run(session, sorting, call)),
})

async function* run(
  session: Session,
  { returns, criteria: wanted, asked }: Sorting,
  call: Call,
): AsyncGenerator<Response, Tagged, void> {
  const { view } = session
  if (wanted.length > session.limits.imapSortKeys) throw new No('Too many sort criteria', 'LIMIT')
  const order = wanted.map(criterion => criterion(session))
  const criteria = await asked.prepare(session)
  if (!criteria.isScored && order.some(({ by }) => by === 'relevancy'))
    throw new Bad('Nothing here is more or less relevant')
  for (const name of criteria.enables) yield* session.enable(name)
  const now = Date.now()
  const program = criteria.program({ session, view, now })
  const mailbox = view.mailbox.id
  const found = await session.store.messages.sort(mailbox, program, order, call.signal)
  const uids = told(found, view.uidNext)
  const result = { uids, numbers: await numbersOf(view, uids, call.byUid) }
  if (returns !== null) yield* answerReturns(session, returns, { result, criteria, order, mailbox, program, now }, call)
  else yield* plainResponse(session, 'SORT', result, criteria)
  return ok('SORT completed')
}

/** Without messages that the client has not been told of; mostly there are none, and `filter` takes 0.2 s for a million. */
function told(uids: Uint32Array, uidNext: number): Uint32Array {
  for (let at = 0; at < uids.length; at++) {
    if ((uids[at] as number) >= uidNext) return uids.filter(uid => uid < uidNext)
  }
  return uids
}

export const sort = extension({
  rfc: 5256,
  advertise: 'SORT',
  commands: { SORT: sortCommand },
  sortKeys: {
    ARRIVAL: 'arrival',
    CC: 'cc',
    DATE: 'date',
    FROM: 'from',
    SIZE: 'size',
    SUBJECT: 'subject',
    TO: 'to',
  },
})
