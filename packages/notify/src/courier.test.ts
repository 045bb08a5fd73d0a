import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DeliveryFailed, type Sink, startNotify } from './index.ts'
import { MemoryOutbox } from './testing.ts'

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
