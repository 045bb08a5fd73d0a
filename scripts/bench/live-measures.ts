/** What it costs to keep clients up to date: live results (RFC 5267), and many who watch one mailbox. */
import type { ImapClient } from './imap-client.ts'
import { type Measure, open, thousands } from './measuring.ts'
import type { Peer } from './peers/peer.ts'

const changes = 40

/** The mean of single changes of flags, with a live search or without. */
async function change(peer: Peer, search: string | null): Promise<number> {
  const client = await open(peer)
  await client.command('SELECT Big')
  if (search !== null) await client.command(search)
  const store = (at: number) => client.command(`STORE ${at * 101 + 7} ${at % 2 === 0 ? '+' : '-'}FLAGS.SILENT (\\Seen)`)
  for (let at = 0; at < 4; at++) await store(at)
  const start = performance.now()
  for (let at = 4; at < 4 + changes; at++) await store(at)
  const ms = (performance.now() - start) / changes
  client.close()
  return ms
}

export function contextMeasures(count: number): readonly Measure[] {
  const one = (name: string, search: string | null, needs?: string): Measure => ({
    name,
    unit: 'ms',
    better: 'less',
    rounds: 3,
    ...(needs === undefined ? {} : { needs }),
    run: peer => change(peer, search),
  })
  const what = `STORE of one message in ${thousands(count)}`
  return [
    one(what, null),
    one(`${what} beside a live SEARCH`, 'UID SEARCH RETURN (UPDATE COUNT) UNSEEN', 'CONTEXT=SEARCH'),
    one(`${what} beside a live SORT`, 'UID SORT RETURN (UPDATE COUNT) (SUBJECT) UTF-8 UNSEEN', 'CONTEXT=SORT'),
  ]
}

const arrivals = 20

/** From sending APPEND to each watcher's EXISTS, ascending. */
async function latencies(peer: Peer, watch: (client: ImapClient) => Promise<void>, count: number): Promise<number[]> {
  const sender = await open(peer)
  await sender.command('CREATE Watched').catch(() => undefined)
  const watchers: ImapClient[] = []
  for (let at = 0; at < count; at++) {
    const client = await open(peer)
    await client.command('SELECT Watched')
    await watch(client)
    watchers.push(client)
  }
  const found: number[] = []
  for (let at = 0; at < arrivals; at++) {
    const start = performance.now()
    const heard = watchers.map(async ({ line }) => {
      await line.line(text => text.startsWith('* '))
      found.push(performance.now() - start)
    })
    await sender.append('Watched', Buffer.from(`Subject: ${at}\r\n\r\nx\r\n`))
    await Promise.all(heard)
    // What else is said of the same arrival is not of the next.
    await new Promise(resolve => setTimeout(resolve, 300))
    for (const { line } of watchers) line.forget()
  }
  for (const client of [sender, ...watchers]) client.close()
  return found.sort((a, b) => a - b)
}

export function watcherMeasures(watchers: number): readonly Measure[] {
  const pair = (
    how: string,
    needs: string,
    watch: (client: ImapClient) => Promise<void>,
    more: Pick<Measure, 'alone'> = {},
  ): readonly Measure[] => {
    const all = new Map<string, number[]>()
    const at = async (peer: Peer, share: number) => {
      const found = all.get(peer.name) ?? (await latencies(peer, watch, watchers))
      all.set(peer.name, found)
      return found[Math.min(found.length - 1, Math.floor(found.length * share))] as number
    }
    const one = (name: string, share: number): Measure => ({
      name: `an arrival until ${watchers} watchers hear of it, by ${how}, ${name}`,
      unit: 'ms',
      better: 'less',
      rounds: 1,
      needs,
      ...more,
      run: peer => at(peer, share),
    })
    return [one('half of them', 0.5), one('99 of 100', 0.99)]
  }
  return [
    ...pair('IDLE', 'IDLE', async client => {
      await client.idle()
    }),
    // Dovecot is not asked: it told the selected mailbox's watchers nothing when this was tried.
    ...pair(
      'NOTIFY',
      'NOTIFY',
      async client => {
        await client.command('NOTIFY SET (selected (MessageNew (UID) MessageExpunge FlagChange))')
      },
      { alone: true },
    ),
  ]
}
