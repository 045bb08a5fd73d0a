/** How soon others hear of a delivery: from its event to the POST that tells of it, while mail keeps coming in. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { dotStuffed, realMessages, small } from './corpus.ts'
import { type Endpoint, LineClient } from './line-client.ts'
import type { Measure } from './measuring.ts'
import { startLemonade } from './peers/lemonade.ts'

const perSecond = 200
const seconds = 5
/** Of deliveries that do not count: a server that has just begun is not what is measured. */
const warmUpSeconds = 5
const connections = 20

interface Told {
  readonly timestamp: string
}

/**
 * Milliseconds of each delivery's POST, ascending, from when its event was handed to the writer: that it waited for others'
 * commits and for its own is in them, though the goal is counted from the commit.
 */
async function latencies(settings: string): Promise<readonly number[]> {
  const found: number[] = []
  const warmUp = perSecond * warmUpSeconds
  const total = warmUp + perSecond * seconds
  let heard = 0
  const all = Promise.withResolvers<void>()
  const target = createServer((request, response) => {
    const at = Date.now()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(204).end()
      const told = JSON.parse(Buffer.concat(chunks).toString()) as Told | { readonly events: readonly Told[] }
      for (const { timestamp } of 'events' in told ? told.events : [told]) {
        if (++heard > warmUp) found.push(at - Date.parse(timestamp))
      }
      if (heard === total) all.resolve()
    })
  })
  await new Promise<void>(resolve => target.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`
  const lemonade = await startLemonade(
    `[[webhook]]\nname = "bench"\nurl = "${url}"\nsecret = "bench"\nevents = ["MessageNew"]\n${settings}`,
  )
  try {
    await deliverAt(lemonade.lmtp, lemonade.user, total)
    await Promise.race([
      all.promise,
      delay(60_000).then(() => Promise.reject(new Error(`heard of ${heard} of ${total} deliveries`))),
    ])
    return found.sort((a, b) => a - b)
  } finally {
    await lemonade.stop()
    target.closeAllConnections()
    target.close()
  }
}

/** Delivers so many, each at its time: one that is late does not put off those behind it. */
async function deliverAt(lmtp: Endpoint, recipient: string, total: number): Promise<void> {
  const real = realMessages()
  const messages = Array.from({ length: total }, (_, serial) => dotStuffed(small(real, serial)))
  const start = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async (_, first) => {
      const line = await LineClient.open(lmtp, { everyLine: true })
      const reply = (code: string) => line.line(text => text.startsWith(`${code} `))
      await reply('220')
      line.write('LHLO bench.example\r\n')
      await reply('250')
      for (let at = first; at < total; at += connections) {
        await delay(Math.max(0, start + (at * 1000) / perSecond - performance.now()))
        line.write(`MAIL FROM:<sender@bench.example>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`)
        await reply('354')
        line.write(messages[at] as Buffer)
        await reply('250')
      }
      line.close()
    }),
  )
}

/** On a server of their own, which has such a webhook. */
function webhook(how: string, settings: string): readonly Measure[] {
  let measured: Promise<readonly number[]> | null = null
  const share = (what: string, part: number): Measure => ({
    name: `a delivery until a webhook is told${how}, at ${perSecond} a second, ${what}`,
    unit: 'ms',
    better: 'less',
    rounds: 1,
    alone: true,
    async run() {
      measured ??= latencies(settings)
      const found = await measured
      return found[Math.min(found.length - 1, Math.floor(found.length * part))] as number
    },
  })
  return [share('half of them', 0.5), share('99 of 100', 0.99)]
}

export const notifyMeasures: readonly Measure[] = [
  ...webhook('', ''),
  ...webhook(', one event a request', 'batch_events = 1\n'),
]
