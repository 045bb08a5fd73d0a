/**
 * The one writer of a process: whatever waits is run in one transaction, a savepoint a job, committed once and
 * then answered together. Other processes' writers are kept out by BEGIN IMMEDIATE and waited for.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Connection } from '../connection.ts'
import type { AccountId, ModSeq, WakeUp } from '../model.ts'
import { StoreError } from '../problem.ts'
import { noteRefusal, OverQuota, settleUsage } from '../quota.ts'
import { type Topic, Tx } from './job.ts'
import { jobs } from './jobs.ts'
import type { Answer, Call, Report, Request, WriterStart } from './message.ts'

/** A transaction takes no further jobs after this time, so that the first one's answer does not wait for all. */
const batchMilliseconds = 100

const port = parentPort
if (port === null) throw new Error('writer/thread.ts runs as a worker')
const { file, busyMilliseconds, pollMilliseconds, limits } = workerData as WriterStart
const connection = new Connection(file, { busyMilliseconds })
const byName = new Map(jobs.map(each => [each.name, each]))

/** Changes when another connection commits, never by our own commits. */
let dataVersion = connection.number('PRAGMA data_version')
let closing = false
const waiting: Call[] = []

const poll = setInterval(noticeForeignCommits, pollMilliseconds)
port.on('message', (request: Request) => {
  accept(request)
  while (waiting.length > 0) commit()
  if (closing) {
    clearInterval(poll)
    connection.close()
    tell({ kind: 'closed' })
    port.close()
  }
})
tell({ kind: 'ready' })

function tell(report: Report): void {
  port?.postMessage(report)
}

function accept(request: Request): void {
  if (request.kind === 'run') waiting.push(...request.calls)
  else closing = true
}

/** Takes in what has come meanwhile. */
function drain(): void {
  for (let next = receiveMessageOnPort(parentPort as never); next; next = receiveMessageOnPort(parentPort as never)) {
    accept(next.message as Request)
  }
}

/** One transaction of whatever waits. */
function commit(): void {
  const begun = performance.now()
  const answers: Answer[] = []
  const modSeqs = new Map<AccountId, ModSeq>()
  const topics = new Set<Topic>()
  let taken = 0
  try {
    connection.transaction(() => {
      for (drain(); taken < waiting.length; drain()) {
        const call = waiting[taken++] as Call
        const tx = new Tx(connection, call.now, limits, call.origin)
        const answer = attempt(tx, call)
        answers.push(answer)
        if ('result' in answer) {
          for (const wakeUp of tx.wakeUps()) modSeqs.set(wakeUp.account, wakeUp.modSeq)
        }
        for (const topic of tx.topics()) topics.add(topic)
        if (performance.now() - begun > batchMilliseconds) break
      }
    })
  } catch (error) {
    // Nothing of the transaction stands: all of it gets the same answer.
    const failed = waiting.splice(0, Math.max(taken, 1))
    tell({
      kind: 'committed',
      answers: failed.map(call => failure(call.id, error)),
      wakeUps: [],
      topics: [],
    })
    return
  }
  waiting.splice(0, taken)
  const wakeUps: WakeUp[] = Array.from(modSeqs, ([account, modSeq]) => ({ account, modSeq }))
  tell({ kind: 'committed', answers, wakeUps, topics: [...topics] })
}

/** Runs one job inside a savepoint. A failure of the engine itself, such as a full disk, ends the whole transaction. */
function attempt(tx: Tx, call: Call): Answer {
  connection.sql('SAVEPOINT job').run()
  try {
    const each = byName.get(call.job)
    if (each === undefined) throw new Error(`No such job: ${call.job}`)
    const result = each.run(tx, call.args as never)
    settleUsage(tx)
    connection.sql('RELEASE job').run()
    return { id: call.id, result }
  } catch (error) {
    if (!connection.inTransaction || engineCode(error) !== null) throw error
    connection.sql('ROLLBACK TO job').run()
    connection.sql('RELEASE job').run()
    if (error instanceof OverQuota) noteRefusal(tx, error)
    return failure(call.id, error)
  }
}

function failure(id: number, error: unknown): Answer {
  if (error instanceof StoreError) return { id, problem: error.problem, detail: error.message }
  const code = engineCode(error)
  if (code !== null) return { id, problem: 'busy', detail: code }
  return { id, error: error instanceof Error ? error : new Error(String(error)) }
}

/** Failures of the machine, which may be over when the caller tries again. */
function engineCode(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|NOMEM)/.test(code) ? code : null
}

function noticeForeignCommits(): void {
  const now = connection.number('PRAGMA data_version')
  if (now === dataVersion) return
  dataVersion = now
  tell({ kind: 'foreign' })
}
