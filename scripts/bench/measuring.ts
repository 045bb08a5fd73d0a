/** What a measure is, and what measures have in common. */
import { ImapClient } from './imap-client.ts'
import type { Peer } from './peers/peer.ts'

export interface Measure {
  readonly name: string
  readonly unit: 'ms' | 'messages/s' | 'MB/s' | 'KiB' | 'octets' | '%'
  readonly better: 'less' | 'more'
  readonly rounds: number
  /** A capability without which there is nothing to measure. */
  readonly needs?: string
  /** Only the first server is asked: it shows a promise of its own. */
  readonly alone?: true
  /** Once a server, before the first round. */
  prepare?(peer: Peer, sizes: Sizes): Promise<void>
  /** One round; answers in the unit. */
  run(peer: Peer, sizes: Sizes, round: number): Promise<number>
}

export interface Sizes {
  readonly delivered: number
  readonly middle: number
  readonly big: number
  readonly idle: number
  /** Messages of a mailbox that is copied together, and connections that watch one. */
  readonly huge: number
  readonly watchers: number
}

export const open = (peer: Peer) => ImapClient.open(peer.imap, peer.user, peer.password)

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** A round on a connection that has the mailbox selected; only the command is timed. */
export async function selected(peer: Peer, mailbox: string, command: string): Promise<number> {
  const client = await open(peer)
  await client.command(`SELECT ${mailbox}`)
  const ms = await timed(() => client.command(command))
  client.close()
  return ms
}

export const command = (name: string, mailbox: string, text: string, rounds = 5): Measure => ({
  name,
  unit: 'ms',
  better: 'less',
  rounds,
  run: peer => selected(peer, mailbox, text),
})

export const thousands = (count: number) => count.toLocaleString('en')

/** Waits until the server has nothing more to do: background work such as indexing is not to disturb what comes next. */
export async function settled(peer: Peer): Promise<void> {
  let last = peer.processorMilliseconds()
  for (let quiet = 0; quiet < 6; ) {
    await new Promise(resolve => setTimeout(resolve, 500))
    const now = peer.processorMilliseconds()
    quiet = now - last <= 20 ? quiet + 1 : 0
    last = now
  }
}
