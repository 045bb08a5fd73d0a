/** QRESYNC (RFC 7162 §3.2.5): what it costs to hear, after some changes, what changed. */
import { ImapClient } from './imap-client.ts'
import { type Measure, open, thousands } from './measuring.ts'
import type { Peer } from './peers/peer.ts'

const flagged = 45
const expunged = 5

interface Away {
  readonly uidValidity: string
  readonly modSeq: string
}

/** What a client knows that goes away now. */
async function leave(peer: Peer, mailbox: string): Promise<Away> {
  const client = await ImapClient.open(peer.imap, peer.user, peer.password, { everyLine: true })
  const said = (await client.ask(`SELECT ${mailbox} (CONDSTORE)`)).join('\n')
  client.close()
  const code = (name: string) => new RegExp(`\\[${name} (\\d+)\\]`).exec(said)?.[1] ?? '1'
  return { uidValidity: code('UIDVALIDITY'), modSeq: code('HIGHESTMODSEQ') }
}

/** Flags of some messages all over the mailbox, and a few expunges. */
async function change(peer: Peer, mailbox: string, count: number, round: number): Promise<void> {
  const client = await open(peer)
  await client.command(`SELECT ${mailbox}`)
  const step = Math.floor(count / (flagged + expunged + 1))
  for (let at = 1; at <= flagged; at++) {
    await client.command(`STORE ${at * step} ${round % 2 === 0 ? '+' : '-'}FLAGS.SILENT (\\Answered)`)
  }
  for (let at = 1; at <= expunged; at++) {
    await client.command(`STORE ${count - step - at * 20 - round * 100} +FLAGS.SILENT (\\Deleted)`)
  }
  await client.command('EXPUNGE')
  client.close()
}

/** Comes back; answers how long that took and how many octets came. */
async function comeBack(
  peer: Peer,
  mailbox: string,
  { uidValidity, modSeq }: Away,
  compressed: boolean,
): Promise<{ ms: number; octets: number }> {
  const client = await open(peer)
  if (compressed) await client.compress()
  await client.command('ENABLE QRESYNC')
  const before = client.line.octetsIn
  const start = performance.now()
  await client.command(`SELECT ${mailbox} (QRESYNC (${uidValidity} ${modSeq}))`)
  const ms = performance.now() - start
  const octets = client.line.octetsIn - before
  client.close()
  return { ms, octets }
}

export function resyncs(mailbox: string, count: number): readonly Measure[] {
  const what = `QRESYNC of ${thousands(count)} after ${flagged + expunged} changes`
  const octets = new Map<string, number>()
  const told = (name: string, compressed: boolean): Measure => ({
    name,
    unit: 'octets',
    better: 'less',
    rounds: 1,
    needs: 'QRESYNC',
    run: async peer => octets.get(`${peer.name} ${compressed}`) ?? 0,
  })
  return [
    {
      name: what,
      unit: 'ms',
      better: 'less',
      rounds: 4,
      needs: 'QRESYNC',
      async run(peer, _sizes, round) {
        const away = await leave(peer, mailbox)
        await change(peer, mailbox, count, round)
        const plain = await comeBack(peer, mailbox, away, false)
        octets.set(`${peer.name} false`, plain.octets)
        octets.set(`${peer.name} true`, (await comeBack(peer, mailbox, away, true)).octets)
        return plain.ms
      },
    },
    told(`${what}, what comes`, false),
    told(`${what}, what comes compressed`, true),
  ]
}
