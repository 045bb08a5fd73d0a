import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Log, noMetrics, silentLog } from '@lemonade/net'
import { DeliveryFailed, DeliveryRefused, type Sink, startNotify } from './index.ts'
import { MemoryOutbox } from './testing.ts'

test('events that were dropped before the sink took them are counted, once', async () => {
  const outbox = new MemoryOutbox()
  for (let each = 0; each < 5; each++) outbox.add('MessageNew')
  outbox.events.splice(0, 3)
  const lost: [number | undefined, unknown][] = []
  const errors: unknown[] = []
  const done = Promise.withResolvers<void>()
  const sink: Sink = {
    name: 's',
    async deliver([event]) {
      if (event?.id === 5) done.resolve()
    },
    close() {},
  }
  const notify = await startNotify({
    store: outbox.store(),
    webhooks: [],
    sinks: [sink],
    log: { ...silentLog, error: (fields: unknown) => errors.push(fields) } as Log,
    metrics: {
      ...noMetrics,
      counter: name => ({
        inc: (labels, by) => {
          if (name === 'lemonade_notify_lost_total') lost.push([by, labels])
        },
      }),
    },
  })
  await done.promise
  await notify.stop(1000)
  assert.deepEqual(lost, [[3, { sink: 's' }]])
  assert.deepEqual(errors, [{ sink: 's', after: 0, events: 3 }])
})

test('events do not wait for the commit of the cursor, which is up to date in the end', async () => {
  const outbox = new MemoryOutbox()
  const store = outbox.store()
  const { advance } = store.outbox
  const held = Promise.withResolvers<void>()
  store.outbox.advance = async (sink, to) => {
    await held.promise
    await advance(sink, to)
  }
  for (let each = 0; each < 3; each++) outbox.add('MessageNew')
  const done = Promise.withResolvers<void>()
  const sink: Sink = {
    name: 's',
    async deliver([event]) {
      if (event?.id === 3) done.resolve()
    },
    close() {},
  }
  const notify = await startNotify({ store, webhooks: [], sinks: [sink], limits: { cursorMilliseconds: 0 } })
  await done.promise
  assert.deepEqual(outbox.advances, [])
  held.resolve()
  await notify.stop(1000)
  assert.deepEqual(outbox.advances, [1, 3])
})

suite('back-off', () => {
  const waits = async (failures: (DeliveryFailed | Error)[], random: number) => {
    const outbox = new MemoryOutbox()
    outbox.add('MessageNew')
    const times: number[] = []
    const done = Promise.withResolvers<void>()
    const sink: Sink = {
      name: 's',
      async deliver() {
        times.push(performance.now())
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        done.resolve()
      },
      close() {},
    }
    const limits = { firstRetryMilliseconds: 10, lastRetryMilliseconds: 40 }
    const notify = await startNotify({
      store: outbox.store(),
      webhooks: [],
      sinks: [sink],
      limits,
      random: () => random,
    })
    await done.promise
    await notify.stop(0)
    return times.slice(1).map((time, i) => time - (times[i] ?? 0))
  }

  test('doubles up to its bound, half of it left to chance', async () => {
    const long = await waits(
      Array.from({ length: 4 }, () => new Error('x')),
      1,
    )
    for (const [i, least] of [10, 20, 40, 40].entries()) assert.ok((long[i] ?? 0) >= least - 2, `${long}`)
    const short = await waits([new Error('x')], 0)
    assert.ok((short[0] ?? 0) >= 3, `${short}`)
  })

  test('is as long as the target asks, within the bound', async () => {
    const [wait = 0] = await waits([new DeliveryFailed('busy', 30)], 0)
    assert.ok(wait >= 28, `${wait}`)
    const [bounded = 0] = await waits([new DeliveryFailed('busy', 1e9)], 0)
    assert.ok(bounded >= 38 && bounded < 5000, `${bounded}`)
  })
})

suite('batches', () => {
  const quick = { firstRetryMilliseconds: 1, lastRetryMilliseconds: 2, pollMilliseconds: 60_000 }

  /** What a sink is called with until it has had an event, with what it throws, one after the other. */
  const calls = async (
    outbox: MemoryOutbox,
    options: Partial<Sink>,
    until: number,
    outcomes: (Error | null)[] = [],
    during: () => void = () => {},
  ) => {
    const called: number[][] = []
    const done = Promise.withResolvers<void>()
    const sink: Sink = {
      name: 's',
      ...options,
      async deliver(events) {
        called.push(events.map(({ id }) => id))
        const outcome = outcomes.shift()
        during()
        if (outcome) throw outcome
        if (events.some(({ id }) => id >= until)) done.resolve()
      },
      close() {},
    }
    const notify = await startNotify({ store: outbox.store(), webhooks: [], sinks: [sink], limits: quick })
    await done.promise
    await notify.stop(1000)
    return called
  }
  const filled = (count: number, type = 'MessageNew') => {
    const outbox = new MemoryOutbox()
    for (let each = 0; each < count; each++) outbox.add(type)
    return outbox
  }

  test('a sink has as many events at once as it takes', async () => {
    const called = await calls(filled(7), { batch: { events: 3, milliseconds: 0 } }, 7)
    assert.deepEqual(called, [[1, 2, 3], [4, 5, 6], [7]])
  })

  test('what it has not taken comes again, and nothing else', async () => {
    const outbox = filled(5)
    const outcomes = [new DeliveryFailed('full', null, 2), new Error('down'), null]
    const called = await calls(outbox, { batch: { events: 4, milliseconds: 0 } }, 5, outcomes)
    assert.deepEqual(called, [[1, 2, 3, 4], [3, 4], [3, 4], [5]])
    assert.equal(outbox.cursors.get('s'), 5)
  })

  test('what it refuses for good is a dead letter, and the next ones come', async () => {
    const outbox = filled(4)
    const outcomes = [new DeliveryRefused('too odd', 1), null]
    const called = await calls(outbox, { batch: { events: 4, milliseconds: 0 } }, 4, outcomes)
    assert.deepEqual(called, [
      [1, 2, 3, 4],
      [3, 4],
    ])
    assert.deepEqual(outbox.buried, [['s', 2, 'too odd']])
  })

  test('it waits a moment for more, once', async () => {
    const outbox = filled(1)
    const soon = setTimeout(() => outbox.add('MessageNew'), 5)
    const called = await calls(outbox, { batch: { events: 3, milliseconds: 200 } }, 2)
    clearTimeout(soon)
    assert.deepEqual(called, [[1, 2]])
  })

  test('it is told of what it wants, and of what is replayed for it', async () => {
    const outbox = filled(2, 'MessageRead')
    outbox.add('MessageNew')
    outbox.add('MessageNew', { onlyFor: 'another' })
    outbox.add('MessageNew', { onlyFor: 's', replayOf: 1 })
    const called = await calls(outbox, { types: new Set(['MessageNew']) }, 5)
    assert.deepEqual(called, [[3], [5]])
    assert.equal(outbox.cursors.get('s'), 5, 'the cursor passes the rest')
  })
})
