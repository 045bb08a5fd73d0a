import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Slices } from './slice.ts'

/** A read of so many steps, each of which takes a millisecond of `clock` and is noted. */
function* steps(name: string, count: number, clock: { at: number }, log: string[]): Generator<void, string> {
  try {
    for (let step = 1; step <= count; step++) {
      clock.at++
      log.push(name)
      if (step < count) yield
    }
    return `${name} done`
  } finally {
    log.push(`${name} ended`)
  }
}

function slicesOf(options: { milliseconds?: number; atOnce?: number } = {}) {
  const clock = { at: 0 }
  const log: string[] = []
  const slices = new Slices({ milliseconds: 2, atOnce: 2, now: () => clock.at, ...options })
  const run = (name: string, count: number, signal?: AbortSignal) =>
    slices.run(() => steps(name, count, clock, log), signal)
  return { log, run }
}

test('reads take turns', async () => {
  const { log, run } = slicesOf()
  assert.deepEqual(await Promise.all([run('a', 5), run('b', 3)]), ['a done', 'b done'])
  assert.deepEqual(log, ['a', 'a', 'b', 'b', 'a', 'a', 'b', 'b ended', 'a', 'a ended'])
})

test('only so many take turns at once; the next begins when one has ended', async () => {
  const { log, run } = slicesOf({ milliseconds: 1 })
  await Promise.all([run('a', 1), run('b', 2), run('c', 1)])
  assert.deepEqual(log, ['a', 'a ended', 'b', 'c', 'c ended', 'b', 'b ended'])
})

test('an aborted read ends and gives back what it holds', async () => {
  const { log, run } = slicesOf()
  const controller = new AbortController()
  const aborted = run('a', 1_000_000, controller.signal)
  const other = run('b', 3)
  await run('c', 1)
  controller.abort(new Error('enough'))
  await assert.rejects(aborted, /enough/)
  assert.equal(await other, 'b done')
  assert.ok(log.includes('a ended'))
  assert.ok(log.length < 100)
})

test('a read that is aborted before its turn never begins', async () => {
  const { log, run } = slicesOf({ atOnce: 1 })
  const controller = new AbortController()
  const [first, second] = [run('a', 3), run('b', 3, controller.signal)]
  controller.abort(new Error('enough'))
  await assert.rejects(second, /enough/)
  await first
  await assert.rejects(run('c', 1, controller.signal), /enough/)
  assert.deepEqual(log, ['a', 'a', 'a', 'a ended'])
})

test('a read that fails takes no other with it', async () => {
  const { run } = slicesOf()
  const slices = new Slices()
  const failing = slices.run(function* (): Generator<void, never> {
    yield
    throw new Error('damaged')
  })
  const failed = assert.rejects(failing, /damaged/)
  assert.equal(await run('a', 3), 'a done')
  await failed
})
