/**
 * `npm run bench [-- --peer dovecot] [--quick] [--only PATTERN] [--json FILE]`: speed and cost on real sockets.
 * `--peer postfix` measures mail transfer, and nothing else.
 *
 * Servers are measured in one run, round by round in turn, since machines are noisy: the ratios are what counts.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { convertMeasures } from './convert-measures.ts'
import { freshMeasures, measures } from './measures.ts'
import { type Measure, open, type Sizes } from './measuring.ts'
import { notifyMeasures } from './notify-measures.ts'
import { startDovecot } from './peers/dovecot.ts'
import { startLemonade } from './peers/lemonade.ts'
import type { Peer } from './peers/peer.ts'
import { type Row, type Server, table } from './table.ts'
import { transfer } from './transfer.ts'

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    'peer-format': { type: 'string', default: 'sdbox' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
if (values.peer !== undefined && values.peer !== 'dovecot' && values.peer !== 'postfix') {
  console.error(`--peer knows "dovecot" and "postfix", not "${values.peer}".`)
  process.exit(2)
}

const sizes: Sizes = values.quick
  ? { delivered: 200, middle: 1_000, big: 5_000, idle: 100, huge: 50_000, watchers: 20 }
  : { delivered: 1_000, middle: 10_000, big: 100_000, idle: 1_000, huge: 1_000_000, watchers: 100 }

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Every measure is prepared even where `--only` leaves its rounds out: later ones read what it filled. */
async function measure(peers: readonly Peer[], one: Measure, skip: boolean): Promise<Row | null> {
  const got = new Map<Peer, number[]>(peers.map(peer => [peer, []]))
  for (const peer of peers) await one.prepare?.(peer, sizes)
  if (skip) return null
  const able: Peer[] = []
  for (const peer of one.alone ? peers.slice(0, 1) : peers) if (await isAble(peer, one.needs)) able.push(peer)
  for (let round = 0; round < one.rounds; round++) {
    for (const peer of able) got.get(peer)?.push(await one.run(peer, sizes, round))
  }
  return {
    name: one.name,
    unit: one.unit,
    better: one.better,
    medians: peers.map(peer => (able.includes(peer) ? median(got.get(peer) ?? []) : null)),
  }
}

async function isAble(peer: Peer, needs: string | undefined): Promise<boolean> {
  if (needs === undefined) return true
  const client = await open(peer)
  client.close()
  return client.capabilities.has(needs)
}

// Who is stopped takes the servers along: they see to that when this process ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const asked = new RegExp(values.only ?? '')
const isAsked = ({ name }: Measure): boolean => asked.test(name)

/** Starts the servers, measures, and stops them whatever happens. */
async function round(all: readonly Measure[]): Promise<{ rows: Row[]; servers: Server[] }> {
  if (!all.some(isAsked)) return { rows: [], servers: [] }
  const peers: Peer[] = []
  try {
    peers.push(await startLemonade())
    if (values.peer === 'dovecot') peers.push(await startDovecot(values['peer-format']))
    const rows: Row[] = []
    for (const one of all) {
      const row = await measure(peers, one, !isAsked(one))
      if (row === null) continue
      rows.push(row)
      console.error(table([row], peers).split('\n').at(-1))
    }
    return { rows, servers: peers.map(({ name, version }) => ({ name, version })) }
  } finally {
    for (const peer of peers) await peer.stop()
  }
}

const rounds: { rows: readonly Row[]; servers: readonly Server[] }[] = []
if (values.peer === 'postfix') rounds.push(await transfer(values.quick))
else
  for (const all of [measures(sizes), ...freshMeasures.map(one => [one]), convertMeasures, notifyMeasures])
    rounds.push(await round(all))
const rows = rounds.flatMap(one => one.rows)
const servers = rounds.find(one => one.servers.length > 0)?.servers ?? []
console.log(table(rows, servers))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ servers, sizes, rows }, null, 2)}\n`)
