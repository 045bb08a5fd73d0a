/** A server to be killed: tells a thousand events a second, and posts them to two targets. */
import { setTimeout as delay } from 'node:timers/promises'
import { openStore } from '@lemonade/store'
import { startNotify } from './index.ts'
import { reliabilityLimits, targetsOf } from './reliability.testing.ts'

const [directory = '', one = '', many = ''] = process.argv.slice(2)
const store = await openStore(directory, { background: false })
await startNotify({ store, webhooks: targetsOf(one, many), limits: reliabilityLimits })

const [everyMilliseconds, atOnce] = [20, 20]
const started = performance.now()
for (let turn = 1; ; turn++) {
  await Promise.all(
    Array.from({ length: atOnce }, (_, at) =>
      store.outbox.tell([{ type: 'vnd.lemonade.Test', account: null, parameters: { turn, at } }]),
    ),
  )
  if (turn === 1) process.stdout.write('it begins\n')
  await delay(Math.max(0, started + turn * everyMilliseconds - performance.now()))
}
