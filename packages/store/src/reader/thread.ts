/** The reader thread: searches and the preparing of the text index, in turns, each in a snapshot of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { StoreError } from '../problem.ts'
import { CommonWords } from '../search/common-words.ts'
import { Conversations } from '../search/conversations.ts'
import { relevancy } from '../search/fuzzy.ts'
import { Orders } from '../search/orders.ts'
import { prepareTexts } from '../search/prepare.ts'
import { search } from '../search/search.ts'
import { sort } from '../search/sort.ts'
import { ExtractedTexts } from '../search/source.ts'
import { thread } from '../search/thread.ts'
import type { Answer, ReadCall, ReaderStart, Report, Request } from './message.ts'
import { Slices } from './slice.ts'
import { type Snapshot, Snapshots } from './snapshot.ts'

const port = parentPort
if (port === null) throw new Error('reader/thread.ts runs as a worker')
const { file } = workerData as ReaderStart
const snapshots = new Snapshots(file)
const slices = new Slices()
const extracted = new ExtractedTexts()
const orders = new Orders()
const conversations = new Conversations()
const commonWords = new CommonWords()
const running = new Map<number, AbortController>()

port.on('message', (request: Request) => {
  switch (request.kind) {
    case 'read':
      void answer(request)
      return
    case 'abort':
      running.get(request.id)?.abort(new StoreError('busy', 'aborted'))
      return
    case 'close':
      return close()
  }
})
tell({ kind: 'ready' })

function tell(report: Report): void {
  port?.postMessage(report)
}

async function answer(call: ReadCall): Promise<void> {
  const controller = new AbortController()
  running.set(call.id, controller)
  const outcome = await slices
    .run(() => steps(call), controller.signal)
    .then(
      (result): Answer => ({ id: call.id, result }),
      (error: unknown): Answer => failure(call.id, error),
    )
  running.delete(call.id)
  tell({ kind: 'answer', ...outcome })
}

function* steps(call: ReadCall): Generator<void, unknown> {
  const snapshot = snapshots.take()
  try {
    return yield* read(call, snapshot)
  } finally {
    snapshot.release()
  }
}

function read(call: ReadCall, snapshot: Snapshot): Generator<void, unknown> {
  switch (call.read) {
    case 'search':
      return search({ ...snapshot, extracted }, call.args.mailbox, call.args.program, call.args.among)
    case 'sort':
      return sort(
        { ...snapshot, extracted, orders },
        call.args.mailbox,
        call.args.program,
        call.args.keys,
        call.args.known,
      )
    case 'relevancy':
      return relevancy(search, { ...snapshot, extracted }, call.args.mailbox, call.args.program, call.args.uids)
    case 'thread':
      return thread(
        { ...snapshot, extracted, orders, conversations },
        call.args.mailbox,
        call.args.program,
        call.args.algorithm,
      )
    case 'prepare-texts':
      return prepareTexts(snapshot.connection, commonWords)
  }
}

function failure(id: number, error: unknown): Answer {
  if (error instanceof StoreError) return { id, problem: error.problem, detail: error.message }
  return { id, error: error instanceof Error ? error : new Error(String(error)) }
}

function close(): void {
  for (const controller of running.values()) controller.abort(new StoreError('busy', 'the store is closed'))
  snapshots.close()
  tell({ kind: 'closed' })
  port?.close()
}
