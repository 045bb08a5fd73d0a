import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { Store } from '../api.ts'
import { openStore } from '../open.ts'
import { everything, findings, temporaryDirectory, text } from '../testing.ts'
import { type Line, Model, type Operation } from './model.ts'
import { random } from './random.ts'

const rounds = 20
/** The longest that a round goes on, in lines of the child's output. */
const mostLines = 100
const seed = 20_260_401

test('killed at any moment: what was acknowledged is there, and the audit finds nothing', async t => {
  const directory = await temporaryDirectory(t)
  const data = join(directory, 'data')
  const chance = random(seed)
  const done: Operation[] = []
  for (let round = 0; round < rounds; round++) {
    const begun = await killedAfter(data, join(directory, 'cache'), round, chance(mostLines), done)
    const store = await openStore(data, { background: false })
    try {
      assert.deepEqual(await findings(store), [], `round ${round}`)
      const there = await describe(store)
      const happened = whatHappened(done, begun, there)
      assert.notEqual(happened, null, `round ${round}: not what was acknowledged:\n${there}\n---\n${Model.of(done)}`)
      done.push(...(happened as Operation[]))
      if (round === rounds - 1) {
        await store.collect()
        assert.deepEqual(await findings(store), [])
        assert.equal(await describe(store), Model.of(done).toString())
      }
    } finally {
      await store.close()
    }
  }
  assert.ok(done.length > 100)
})

/** Runs the load and kills it when it has said so many lines; answers what each task had begun and not been told of. */
async function killedAfter(data: string, cache: string, round: number, lines: number, done: Operation[]) {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'load.ts'), data, `${seed + round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  const begun = new Map<number, Operation>()
  const exit = once(child, 'exit')
  let heard = 0
  for await (const text of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { task, state, operation } = JSON.parse(text) as Line
    if (state === 'begun') begun.set(task, operation)
    else {
      begun.delete(task)
      done.push(operation)
    }
    if (heard++ === lines) child.kill('SIGKILL')
  }
  const [, signal] = await exit
  assert.equal(signal, 'SIGKILL')
  return [...begun.values()]
}

/** Which of the operations that were under way must have happened for the store to be as it is; null where none fit. */
function whatHappened(done: readonly Operation[], begun: readonly Operation[], there: string): Operation[] | null {
  for (let choice = 0; choice < 1 << begun.length; choice++) {
    const happened = begun.filter((_, index) => choice & (1 << index))
    if (Model.of([...done, ...happened]).toString() === there) return happened
  }
  return null
}

/** The store as `Model` says it. */
async function describe(store: Store): Promise<string> {
  const account = await store.accounts.find('crash@example.org')
  const lines: string[] = []
  for (const mailbox of account === null ? [] : await store.mailboxes.list(account.id)) {
    if (!mailbox.name.startsWith('task-')) continue
    lines.push(`${mailbox.name} ${mailbox.uidNext}`)
    for (const { uid, flagSet, content } of await store.messages.page(mailbox.id, everything, 1e6)) {
      const [, subject] = /^Subject: (\S+)/.exec(text(await store.contents.readAll(content, 0, 40))) ?? []
      lines.push(`  ${uid} ${subject} ${store.flagSets.flags(flagSet).toSorted().join(' ')}`)
    }
  }
  const queue = (await store.queue.list()).map(({ recipient }) => recipient)
  return [...lines, ...queue.toSorted()].join('\n')
}
