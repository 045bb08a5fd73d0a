/**
 * CONTEXT=SEARCH and CONTEXT=SORT, RFC 5267 §4: the results of a search are kept up to date, and the client hears how
 * they change.
 *
 * CONTEXT alone is a hint that changes no answer (§4.2). PARTIAL is as RFC 9394 has it since.
 */
import { fetchItems } from '../../core/fetch.ts'
import { type Call, command, extension, type FetchItem, type SearchDone, type SearchReturn } from '../../extension.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad } from '../../problem.ts'
import { ok, type Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Parser } from '../../wire/parser.ts'
import { Contexts } from './contexts.ts'
import { InMailboxOrder, InSortOrder, type ResultList } from './result-list.ts'

/** modifier-update = "UPDATE" [SP "(" fetch-att *(SP fetch-att) ")"] (RFC 5267 §5, RFC 5465 §8) */
function updateItems(p: Parser, at: Parsing): readonly FetchItem[] {
  const start = p.at
  if (p.trySp() && p.isNext('(')) return fetchItems(p, at)
  p.rewind(start)
  return []
}

/** Why a search is not kept up to date, or null (RFC 5267 §4.3.1). One is always allowed, however long its result is. */
function refusal(session: Session, { criteria, order, result }: SearchDone): string | null {
  const { imapContexts, imapContextMessages } = session.limits
  if (criteria.isUntold) return 'Nobody would know when its results change'
  if (order?.some(({ by }) => by === 'annotation')) return 'The order of what is there may change'
  const contexts = Contexts.of(session)
  if (contexts === null || contexts.count === 0) return null
  if (contexts.count >= imapContexts) return 'Too many contexts'
  return contexts.messages + result.uids.length > imapContextMessages ? 'Too many messages in contexts' : null
}

async function* keepUpToDate(
  session: Session,
  search: SearchDone,
  argument: unknown,
  { tag, byUid }: Call,
): AsyncGenerator<Response, void, void> {
  const items = argument as readonly FetchItem[]
  for (const { enables } of items) if (enables) yield* session.enable(enables)
  const refused = refusal(session, search)
  if (refused !== null) {
    yield { status: 'NO', code: `NOUPDATE "${tag}"`, text: refused }
    return
  }
  const list = await listOf(session, search)
  Contexts.open(session).add({ tag, byUid, criteria: search.criteria, list, items }, search.now)
}

async function listOf({ store, view }: Session, { order, result }: SearchDone): Promise<ResultList> {
  if (order !== null) return InSortOrder.of(store.messages, view.mailbox.id, order, result.uids)
  const list = new InMailboxOrder()
  await list.add(result.uids)
  return list
}

const update: SearchReturn = {
  selectedOnly: 'left-out',
  parse: updateItems,
  check: (session, call) => {
    if (Contexts.of(session)?.has(call.tag)) throw new Bad('Tag reuse')
  },
  run: keepUpToDate,
}

/** "CANCELUPDATE" 1*(SP quoted). A context that was refused, or has ended already, is as it is wanted (RFC 5267 §4.3.5). */
const cancelUpdate = command({
  states: ['selected'],
  parse: p => {
    const tags: string[] = []
    do {
      p.sp()
      tags.push(p.quoted())
    } while (p.more())
    return tags
  },
  async run(session, tags) {
    for (const tag of tags) Contexts.of(session)?.cancel(tag)
    return ok('No further updates')
  },
})

async function* nothing(): AsyncGenerator<never, void, void> {}

export const context = extension({
  rfc: 5267,
  advertise: ['CONTEXT=SEARCH', 'CONTEXT=SORT'],
  commands: { CANCELUPDATE: cancelUpdate },
  searchReturns: { CONTEXT: {}, UPDATE: update },
  announce: {
    when: 'always',
    leaving: (session, uids, numbers) => Contexts.of(session)?.leaving(uids, numbers) ?? nothing(),
    arrivals: (session, uids) => Contexts.of(session)?.arrivals(uids) ?? nothing(),
    told: session => Contexts.of(session)?.changes() ?? nothing(),
    beside: session => Contexts.of(session)?.changesWithTime(Date.now()) ?? nothing(),
  },
  codes: ['NOUPDATE'],
})
