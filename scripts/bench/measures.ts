/** What is measured, one value each: how it is prepared, what is timed, and which way is better. */
import { realMessages, serialWord, small, varied } from './corpus.ts'
import { hugeMeasures } from './huge-measures.ts'
import { fill } from './imap-client.ts'
import { LineClient } from './line-client.ts'
import { contextMeasures, watcherMeasures } from './live-measures.ts'
import { deliver } from './lmtp-client.ts'
import { command, type Measure, open, type Sizes, selected, settled, thousands, timed } from './measuring.ts'
import { resyncs } from './resync-measures.ts'
import { scriptCost } from './sieve-measures.ts'

const real = realMessages()

const delivery = (connections: number): Measure => ({
  name: `LMTP delivery, ${connections} connection${connections === 1 ? '' : 's'}`,
  unit: 'messages/s',
  better: 'more',
  rounds: 3,
  run: (peer, sizes, round) =>
    deliver(peer.lmtp, peer.user, connections, sizes.delivered, serial =>
      varied(real, serial + connections * 10_000 + round * 1_000_000),
    ),
})

/** SELECT of a mailbox that is filled first and then left to what the server does in the background. */
const selecting = (mailbox: string, count: number, message: (serial: number) => Buffer): Measure => ({
  name: `SELECT of ${thousands(count)}`,
  unit: 'ms',
  better: 'less',
  rounds: 5,
  async prepare(peer) {
    await fill(() => open(peer), mailbox, count, message)
    await settled(peer)
  },
  async run(peer) {
    const client = await open(peer)
    const ms = await timed(() => client.command(`SELECT ${mailbox}`))
    client.close()
    return ms
  },
})

/** Every line of the table, in the order in which they run: filling first. */
export function measures(sizes: Sizes): readonly Measure[] {
  const { middle, big } = sizes
  return [
    delivery(1),
    delivery(10),
    delivery(50),
    scriptCost,
    {
      name: 'disk a real message (delivered by LMTP)',
      unit: 'octets',
      better: 'less',
      rounds: 1,
      async run(peer) {
        const before = peer.diskOctets()
        await deliver(peer.lmtp, peer.user, 10, real.length, serial => varied(real, serial + 50_000_000))
        await settled(peer)
        return (peer.diskOctets() - before) / real.length
      },
    },
    {
      name: 'APPEND, one at a time',
      unit: 'messages/s',
      better: 'more',
      rounds: 3,
      async run(peer, _sizes, round) {
        const client = await open(peer)
        await client.command('CREATE Appended').catch(() => undefined)
        const count = 300
        const ms = await timed(async () => {
          for (let serial = 0; serial < count; serial++) {
            await client.append('Appended', varied(real, serial + 70_000_000 + round * 1000))
          }
        })
        client.close()
        return count / (ms / 1000)
      },
    },
    selecting('Middle', middle, serial => varied(real, serial)),
    selecting('Big', big, serial => small(real, serial)),
    command(`FETCH FLAGS of ${thousands(middle)}`, 'Middle', 'FETCH 1:* (FLAGS)'),
    command(`FETCH FLAGS of ${thousands(big)}`, 'Big', 'FETCH 1:* (FLAGS)'),
    command(`FETCH ENVELOPE of ${thousands(middle)}`, 'Middle', 'FETCH 1:* (ENVELOPE)'),
    command(`FETCH ENVELOPE of ${thousands(big)}`, 'Big', 'FETCH 1:* (ENVELOPE)', 3),
    command(`FETCH BODYSTRUCTURE of ${thousands(middle)}`, 'Middle', 'FETCH 1:* (BODYSTRUCTURE)'),
    command(`FETCH BODYSTRUCTURE of ${thousands(big)}`, 'Big', 'FETCH 1:* (BODYSTRUCTURE)', 3),
    {
      name: `FETCH BODY.PEEK[] of ${thousands(middle)}`,
      unit: 'MB/s',
      better: 'more',
      rounds: 3,
      async run(peer) {
        const client = await open(peer)
        await client.command('SELECT Middle')
        const before = client.line.octetsIn
        const ms = await timed(() => client.command('FETCH 1:* (BODY.PEEK[])'))
        const octets = client.line.octetsIn - before
        client.close()
        return octets / 1e6 / (ms / 1000)
      },
    },
    command(`SEARCH SUBJECT in ${thousands(big)}`, 'Big', 'SEARCH SUBJECT "spamassassin"'),
    command(`SEARCH TEXT, a rare word, in ${thousands(big)}`, 'Big', `SEARCH TEXT "${serialWord(77)}"`),
    command(`SEARCH TEXT, some messages, in ${thousands(big)}`, 'Big', 'SEARCH TEXT "mortgage"', 3),
    command(`SEARCH TEXT, a common word, in ${thousands(big)}`, 'Big', 'SEARCH TEXT "linux"', 3),
    command(`SEARCH TEXT, a common word, in ${thousands(middle)}`, 'Middle', 'SEARCH TEXT "linux"', 3),
    command(`SEARCH UNSEEN in ${thousands(big)}`, 'Big', 'SEARCH UNSEEN'),
    command(`SORT by ARRIVAL of ${thousands(big)}`, 'Big', 'SORT (ARRIVAL) UTF-8 ALL'),
    command(`SORT by DATE, reversed, of ${thousands(big)}`, 'Big', 'SORT (REVERSE DATE) UTF-8 ALL'),
    command(`SORT by SUBJECT of ${thousands(big)}`, 'Big', 'SORT (SUBJECT) UTF-8 ALL'),
    command(`SORT by FROM and DATE of ${thousands(big)}`, 'Big', 'SORT (FROM DATE) UTF-8 ALL'),
    command(`THREAD by REFERENCES of ${thousands(big)}`, 'Big', 'THREAD REFERENCES UTF-8 ALL'),
    command(`THREAD by REFERENCES of ${thousands(middle)}, real`, 'Middle', 'THREAD REFERENCES UTF-8 ALL'),
    command(`THREAD by ORDEREDSUBJECT of ${thousands(big)}`, 'Big', 'THREAD ORDEREDSUBJECT UTF-8 ALL'),
    {
      name: `STORE on ${thousands(middle)}`,
      unit: 'ms',
      better: 'less',
      rounds: 4,
      run: (peer, _sizes, round) =>
        selected(peer, 'Middle', `STORE 1:* ${round % 2 === 0 ? '+' : '-'}FLAGS.SILENT (\\Flagged)`),
    },
    {
      name: `COPY of ${thousands(middle)}`,
      unit: 'ms',
      better: 'less',
      rounds: 3,
      async run(peer, _sizes, round) {
        const client = await open(peer)
        await client.command(`CREATE Copy${round}`)
        client.close()
        return selected(peer, 'Middle', `COPY 1:* Copy${round}`)
      },
    },
    {
      name: `EXPUNGE of ${thousands(middle)}`,
      unit: 'ms',
      better: 'less',
      rounds: 3,
      async run(peer, _sizes, round) {
        const client = await open(peer)
        await client.command(`SELECT Copy${round}`)
        await client.command('STORE 1:* +FLAGS.SILENT (\\Deleted)')
        const ms = await timed(() => client.command('EXPUNGE'))
        client.close()
        return ms
      },
    },
    {
      name: `MOVE of ${thousands(middle)}`,
      unit: 'ms',
      better: 'less',
      rounds: 3,
      needs: 'MOVE',
      async run(peer, _sizes, round) {
        const client = await open(peer)
        for (const name of [`From${round}`, `To${round}`]) await client.command(`CREATE ${name}`)
        await client.command('SELECT Middle')
        await client.command(`COPY 1:* From${round}`)
        client.close()
        return selected(peer, `From${round}`, `MOVE 1:* To${round}`)
      },
    },
    {
      name: 'CATENATE of a header and a body of 10 MB',
      unit: 'ms',
      better: 'less',
      rounds: 3,
      needs: 'CATENATE',
      async run(peer, _sizes, round) {
        const client = await open(peer)
        await client.command(`CREATE Catenated${round}`)
        const header = 'Subject: attached\r\nMIME-Version: 1.0\r\n'
        const type = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        await client.append(`Catenated${round}`, Buffer.from(header + type + attachment(10_000_000, round)))
        const text = Buffer.from(`X-Forwarded: yes\r\n${header}${type}`)
        const url = `URL "/Catenated${round}/;UID=1/;SECTION=TEXT"`
        const ms = await timed(() => client.catenate(`Catenated${round}`, text, url))
        client.close()
        return ms
      },
    },
    ...contextMeasures(big),
    ...watcherMeasures(sizes.watchers),
    ...resyncs('Middle', middle),
    ...resyncs('Big', big),
    ...hugeMeasures(sizes.huge, big),
  ]
}

/** Lines of base64 that no two rounds have alike. */
function attachment(octets: number, round: number): string {
  const line = Buffer.from(`${round} `.repeat(40)).toString('base64').slice(0, 70)
  let serial = 0
  const lines: string[] = []
  for (let length = 0; length < octets; length += 80) lines.push(`${(serial++).toString(36).padStart(8, '0')}${line}`)
  return `${lines.join('\r\n')}\r\n`
}

/** What is measured on servers that have done nothing else: memory that earlier work has freed would hide the growth. */
export const freshMeasures: readonly Measure[] = [
  idleMemory('logged in, a mailbox selected, in IDLE', true),
  idleMemory('before login', false),
]

/** Memory of TLS connections that do nothing: what all of the server's processes grow by, over their number. */
function idleMemory(what: string, login: boolean): Measure {
  return {
    name: `memory of an idle TLS connection (${what})`,
    unit: 'KiB',
    better: 'less',
    rounds: 1,
    async run(peer, sizes) {
      const connect = async () => {
        const line = await LineClient.open(peer.imaps, { tls: true })
        await line.line(text => text.startsWith('* OK'))
        if (login) {
          line.write(`a LOGIN ${peer.user} ${peer.password}\r\n`)
          await line.line(text => text.startsWith('a OK'))
          line.write('b SELECT Empty\r\n')
          await line.line(text => text.startsWith('b OK'))
          line.write('c IDLE\r\n')
          await line.line(text => text.startsWith('+'))
        }
        return line
      }
      const client = await open(peer)
      await client.command('CREATE Empty').catch(() => undefined)
      client.close()
      const warm: LineClient[] = []
      while (warm.length < sizes.idle / 4) warm.push(...(await Promise.all(Array.from({ length: 10 }, connect))))
      await settled(peer)
      const before = peer.memoryOctets()
      const lines: LineClient[] = []
      while (lines.length < sizes.idle) lines.push(...(await Promise.all(Array.from({ length: 20 }, connect))))
      await settled(peer)
      const after = peer.memoryOctets()
      for (const line of [...lines, ...warm]) line.close()
      return (after - before) / lines.length / 1024
    },
  }
}
