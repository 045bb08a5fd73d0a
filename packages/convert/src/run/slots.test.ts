import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from './failure.ts'
import { Slots } from './slots.ts'

/** Work that goes on until it is told to end. */
function work(slots: Slots, account: string, signal?: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const ended = slots.run(account, signal, async () => {
    begun.resolve()
    await promise
  })
  ended.catch(() => {})
  return { begun: begun.promise, ended, end: resolve }
}

const isFailure = (kind: string) => (error: unknown) => error instanceof Failure && error.kind === kind

test('so many run, so many wait, and one more is a failure', async () => {
  const slots = new Slots({ parallel: 1, waiting: 1, perAccount: 9 })
  const first = work(slots, 'a')
  const second = work(slots, 'a')
  await first.begun
  assert.deepEqual([slots.running, slots.waiting], [1, 1])
  await assert.rejects(work(slots, 'b').ended, isFailure('busy'))
  first.end()
  await second.begun
  second.end()
  await second.ended
  assert.deepEqual([slots.running, slots.waiting], [0, 0])
})

test('an account has no more than its share, and no other account suffers from it', async () => {
  const slots = new Slots({ parallel: 1, waiting: 9, perAccount: 2 })
  const both = [work(slots, 'a'), work(slots, 'a')]
  await assert.rejects(work(slots, 'a').ended, isFailure('busy'))
  const other = work(slots, 'b')
  both[0]?.end()
  await both[1]?.begun
  both[1]?.end()
  await other.begun
  other.end()
  await other.ended
})

test('who has fewest running comes first', async () => {
  const slots = new Slots({ parallel: 2, waiting: 9, perAccount: 9 })
  const running = [work(slots, 'a'), work(slots, 'a')]
  const order: string[] = []
  const waiting = ['a', 'b'].map(account => {
    const each = work(slots, account)
    void each.begun.then(() => order.push(account))
    return each
  })
  running[0]?.end()
  await waiting[1]?.begun
  assert.deepEqual(order, ['b'])
  for (const each of [...running, ...waiting]) each.end()
  await Promise.all([...running, ...waiting].map(each => each.ended))
  assert.deepEqual(order, ['b', 'a'])
})

test('who goes while waiting leaves the queue; work that fails leaves its place', async () => {
  const slots = new Slots({ parallel: 1, waiting: 9, perAccount: 9 })
  const first = work(slots, 'a')
  const leaving = new AbortController()
  const second = work(slots, 'b', leaving.signal)
  leaving.abort(new Error('gone'))
  await assert.rejects(second.ended, /gone/)
  assert.equal(slots.waiting, 0)
  await assert.rejects(
    slots.run('b', leaving.signal, async () => {}),
    /gone/,
  )
  first.end()
  await first.ended
  await assert.rejects(
    slots.run('a', undefined, () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  assert.equal(slots.running, 0)
})

test('closed, it fails what waits and what comes', async () => {
  const slots = new Slots({ parallel: 1, waiting: 9, perAccount: 9 })
  const first = work(slots, 'a')
  const second = work(slots, 'a')
  slots.close()
  await assert.rejects(second.ended, isFailure('closed'))
  await assert.rejects(work(slots, 'a').ended, isFailure('closed'))
  first.end()
  await first.ended
})
