import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Log, noMetrics, silentLog } from '@lemonade/net'
import { DeliveryFailed, type Sink, startNotify } from './index.ts'
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
