/**
 * Mail transfer against Postfix: in by SMTP to mailboxes, and out to a server that does next to nothing. Both keep what they
 * acknowledge on disk: Postfix in its queue and then, by virtual(8), in a Maildir; Lemonade in its store, once.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Postfix, postfixDomain } from '../../test/support/postfix.ts'
import { RawSink } from '../../test/support/raw-sink.ts'
import { startServer } from '../../test/support/server.ts'
import { realMessages, varied } from './corpus.ts'
import { deliver } from './lmtp-client.ts'
import { treeProcessorMilliseconds } from './peers/peer.ts'
import type { Row, Server } from './table.ts'

interface Carrier extends Server {
  readonly port: number
  /** An address here, and one whose mail goes out. */
  readonly here: string
  readonly away: string
  /** How many messages have come to the mailbox. */
  kept(): number
  /** Of all its processes. */
  processorMilliseconds(): number
  stop(): Promise<void>
}

const outside = 'far.example'
const looksMilliseconds = 5
const rate = { unit: 'messages/s', better: 'more' } as const

async function lemonade(sink: number): Promise<Carrier> {
  const server = await startServer({
    hostname: 'mail.example',
    config: `[mta]\nsmart_host = "127.0.0.1:${sink}"\n[limits]\nmta_connections_per_address = 1000\n`,
  })
  await server.addAccount('bench@mail.example', 'bench-password')
  const { code, stderr } = await server.cli(['alias', 'add', 'away@mail.example', `bench@${outside}`])
  if (code !== 0) throw new Error(stderr)
  return {
    name: 'Lemonade',
    version: '',
    port: server.port('smtp'),
    here: 'bench@mail.example',
    away: 'away@mail.example',
    // What it acknowledges is in the mailbox already.
    kept: () => Number.POSITIVE_INFINITY,
    processorMilliseconds: () => treeProcessorMilliseconds(server.endpoints.pid),
    stop: () => server.stop(),
  }
}

async function postfix(sink: number): Promise<Carrier> {
  const server = await Postfix.start({ routes: { [outside]: sink } })
  const master = Number(readFileSync(join(server.directory, 'queue', 'pid', 'master.pid'), 'utf8'))
  return {
    name: 'Postfix',
    version: '3.7',
    port: server.port,
    here: `bench@${postfixDomain}`,
    away: `bench@${outside}`,
    kept: () => readdirSync(join(server.directory, 'mail', 'all', 'new')).length,
    processorMilliseconds: () => treeProcessorMilliseconds(master),
    stop: () => server.stop(),
  }
}

interface Step extends Pick<Row, 'name' | 'unit' | 'better'> {
  run(carrier: Carrier, from: number): Promise<number>
}

/** Measures of both, turn by turn, so that what else the machine does hits both. */
export async function transfer(quick: boolean): Promise<{ rows: readonly Row[]; servers: readonly Server[] }> {
  const real = realMessages()
  const count = quick ? 200 : 1000
  const rounds = quick ? 1 : 3
  const sinks = [new RawSink(), new RawSink()] as const
  const [first, second] = [await sinks[0].start(), await sinks[1].start()]
  const carriers = [await lemonade(first), await postfix(second)] as const
  const hand = (carrier: Carrier, to: string, connections: number, from: number) =>
    deliver({ host: '127.0.0.1', port: carrier.port }, to, connections, count, at => varied(real, from + at), 'EHLO')
  const within = async (until: () => boolean): Promise<void> => {
    while (!until()) await delay(looksMilliseconds)
  }
  const steps: readonly Step[] = [
    ...[10, 50].flatMap(connections => [
      {
        ...rate,
        name: `SMTP in, ${connections} connections, acknowledged`,
        run: async (carrier: Carrier, from: number) => {
          const before = carrier.kept()
          const found = await hand(carrier, carrier.here, connections, from)
          await within(() => carrier.kept() >= before + count)
          return found
        },
      },
      {
        ...rate,
        name: `SMTP in, ${connections} connections, until all are in the mailbox`,
        run: async (carrier: Carrier, from: number) => {
          const before = carrier.kept()
          const start = performance.now()
          await hand(carrier, carrier.here, connections, from)
          await within(() => carrier.kept() >= before + count)
          return count / ((performance.now() - start) / 1000)
        },
      },
    ]),
    {
      name: 'SMTP in, processor time of a message',
      unit: 'ms',
      better: 'less',
      run: async (carrier, from) => {
        const before = carrier.kept()
        const spent = carrier.processorMilliseconds()
        await hand(carrier, carrier.here, 10, from)
        await within(() => carrier.kept() >= before + count)
        return (carrier.processorMilliseconds() - spent) / count
      },
    },
    {
      ...rate,
      name: 'in by SMTP with 10 connections, and out to a sink',
      run: async (carrier, from) => {
        const sink = carrier === carriers[0] ? sinks[0] : sinks[1]
        const before = sink.messages
        const start = performance.now()
        await hand(carrier, carrier.away, 10, from)
        await sink.until(() => sink.messages >= before + count)
        return count / ((performance.now() - start) / 1000)
      },
    },
  ]
  try {
    // Processes, caches and code that both make ready once.
    for (const carrier of carriers) for (const to of [carrier.here, carrier.away]) await hand(carrier, to, 10, 0)
    const rows: Row[] = []
    let from = count
    for (const step of steps) {
      const got: [number[], number[]] = [[], []]
      for (let round = 0; round < rounds; round++) {
        for (const [at, carrier] of carriers.entries()) {
          got[at]?.push(await step.run(carrier, from))
          from += count
        }
      }
      const medians = got.map(rates => rates.toSorted((a, b) => a - b)[rates.length >> 1] ?? null)
      rows.push({ name: step.name, unit: step.unit, better: step.better, medians })
      console.error(step.name, got.map(values => values.map(value => value.toFixed(1)).join(' ')).join(' against '))
    }
    return { rows, servers: carriers.map(({ name, version }) => ({ name, version })) }
  } finally {
    for (const each of [...carriers, ...sinks]) await each.stop()
  }
}
