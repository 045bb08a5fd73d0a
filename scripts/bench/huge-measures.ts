/** A very large mailbox: what single changes in it cost, and whether others wait while it is searched and sorted. */
import { type Measure, open, selected, thousands, timed } from './measuring.ts'
import type { Peer } from './peers/peer.ts'

/** Copies one mailbox into another until that has as many messages. */
async function fillHuge(peer: Peer, huge: number, from: number): Promise<void> {
  const client = await open(peer)
  await client.command('CREATE Huge')
  await client.command('SELECT Big')
  for (let count = 0; count < huge; count += from) await client.command(`COPY 1:${Math.min(from, huge - count)} Huge`)
  client.close()
}

/** The longest that another connection waits for small commands while this one runs. */
async function longestBeside(peer: Peer, command: string): Promise<number> {
  const [busy, other] = [await open(peer), await open(peer)]
  await busy.command('SELECT Huge')
  await other.command('SELECT Middle')
  let isBusy = true
  const running = busy.command(command).finally(() => {
    isBusy = false
  })
  let longest = 0
  for (let at = 1; isBusy; at++) {
    for (const small of ['NOOP', `FETCH ${(at % 900) + 1} (UID FLAGS ENVELOPE)`]) {
      longest = Math.max(longest, await timed(() => other.command(small)))
    }
  }
  await running
  busy.close()
  other.close()
  return longest
}

export function hugeMeasures(huge: number, big: number): readonly Measure[] {
  let filled: Promise<void> | null = null
  const one = (name: string, rounds: number, run: Measure['run']): Measure => ({
    name,
    unit: 'ms',
    better: 'less',
    rounds,
    alone: true,
    async run(peer, sizes, round) {
      // Not in `prepare`: who leaves these lines out need not wait for it.
      filled ??= fillHuge(peer, huge, big - 200)
      await filled
      return run(peer, sizes, round)
    },
  })
  const all = thousands(huge)
  const sort = 'SORT (SUBJECT) UTF-8 ALL'
  const search = 'SEARCH SUBJECT "spamassassin"'
  return [
    one(`STORE of one message in ${all}`, 9, (peer, _, round) =>
      selected(peer, 'Huge', `STORE ${huge / 2 + round} +FLAGS (\\Flagged)`),
    ),
    one(`EXPUNGE of one message in ${all}`, 9, async (peer, _, round) => {
      const client = await open(peer)
      await client.command('SELECT Huge')
      await client.command(`STORE ${huge / 2 + round * 1_000} +FLAGS.SILENT (\\Deleted)`)
      const ms = await timed(() => client.command('EXPUNGE'))
      client.close()
      return ms
    }),
    one(`SEARCH SUBJECT in ${all}`, 2, peer => selected(peer, 'Huge', search)),
    one(`SORT by SUBJECT of ${all}`, 2, peer => selected(peer, 'Huge', sort)),
    one(`longest wait of another connection beside that SEARCH`, 3, peer => longestBeside(peer, search)),
    one(`longest wait of another connection beside that SORT`, 3, peer => longestBeside(peer, sort)),
  ]
}
