/**
 * THREAD=ORDEREDSUBJECT and THREAD=REFERENCES, RFC 5256: what a search finds as conversations. THREAD=REFS is
 * REFERENCES without the merging of subjects, the thread with the latest message last, as its drafts and servers have it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SearchKey, ThreadAlgorithm, Threads } from '@lemonade/store'
import { pageOctets } from '../announce.ts'
import { type Call, command, extension } from '../extension.ts'
import { type SearchProgram, searchCriteria } from '../grammar/search-program.ts'
import type { Parsing } from '../parsing.ts'
import { Bad } from '../problem.ts'
import { ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import type { Writer } from '../wire/writer.ts'

interface Threading {
  readonly algorithm: ThreadAlgorithm
  readonly asked: SearchProgram
}

/** thread = "THREAD" SP thread-alg SP search-criteria (RFC 5256 §5) */
function parseThread(p: Parser, at: Parsing): Threading {
  p.sp()
  const name = p.word()
  const algorithm = at.tables.threadAlgorithms.get(name)
  if (algorithm === undefined) throw new Bad(`Unknown threading algorithm ${name}`)
  p.sp()
  return { algorithm, asked: searchCriteria(p, at) }
}

export const threadCommand = command({
  states: ['selected'],
  messages: 'numbers',
  parse: parseThread,
  async *run(session, { algorithm, asked }, call): AsyncGenerator<Response, Tagged, void> {
    const { view } = session
    const criteria = await asked.prepare(session)
    for (const name of criteria.enables) yield* session.enable(name)
    const wanted = criteria.program({ session, view, now: Date.now() })
    // What the client has not been told of must not stand between what it knows.
    const program: SearchKey = { key: 'and', of: [{ key: 'uids', uids: view.all() }, wanted] }
    const threads = await session.store.messages.thread(view.mailbox.id, program, algorithm, call.signal)
    yield* threadResponse(session, threads, call)
    return ok('THREAD completed')
  },
})

/** thread-data = "THREAD" [SP 1*thread-list], in pieces: a mailbox may be one response. */
async function* threadResponse(session: Session, threads: Threads, call: Call): AsyncGenerator<Response, void, void> {
  const numberOf = (uid: number) => (call.byUid ? uid : session.view.seqOf(uid))
  const w = session.writer(pageOctets).ascii('* THREAD')
  if (threads.uids.length > 0) w.sp()
  for (const _ of writeThreads(w, threads, numberOf)) {
    if (w.length < pageOctets) continue
    yield w.take()
    await nextTurn()
  }
  yield w.crlf().take()
}

/**
 * thread-list = "(" (thread-members / thread-nested) ")". An only child follows its parent; children that are several
 * stand in parentheses each. Yields after each message.
 */
export function* writeThreads(
  w: Writer,
  { uids, depths }: Threads,
  numberOf: (uid: number) => number,
): Generator<void, void, void> {
  const siblings = siblingsOf(depths)
  /** By depth, whether the node that is open there stands in parentheses. */
  const nested: boolean[] = []
  for (let at = 0; at < uids.length; at++) {
    const depth = depths[at] as number
    while (nested.length > depth) if (nested.pop()) w.close()
    const isNested = depth === 0 || (siblings[at] as number) > 1
    const follows = depth > 0 && depths[at - 1] === depth - 1 && uids[at - 1] !== 0
    if (follows) w.sp()
    if (isNested) w.open()
    nested.push(isNested)
    if (uids[at] !== 0) w.number(numberOf(uids[at] as number))
    yield
  }
  while (nested.length > 0) if (nested.pop()) w.close()
}

/** For each node, how many children its parent has. */
function siblingsOf(depths: Uint32Array): Uint32Array {
  const parents = new Int32Array(depths.length).fill(-1)
  const children = new Uint32Array(depths.length)
  const open: number[] = []
  for (const [at, depth] of depths.entries()) {
    open[depth] = at
    if (depth === 0) continue
    const parent = open[depth - 1] as number
    parents[at] = parent
    children[parent] = (children[parent] as number) + 1
  }
  return Uint32Array.from(parents, parent => (parent === -1 ? 0 : (children[parent] as number)))
}

export const thread = extension({
  rfc: 5256,
  advertise: ['THREAD=ORDEREDSUBJECT', 'THREAD=REFERENCES', 'THREAD=REFS'],
  commands: { THREAD: threadCommand },
  threadAlgorithms: { ORDEREDSUBJECT: 'ordered-subject', REFERENCES: 'references', REFS: 'refs' },
})
