/** What CONVERT costs (RFC 5259): a photo for a phone's screen, the first time and again, and what others notice of it. */
import sharp from 'sharp'
import type { ImapClient } from './imap-client.ts'
import { type Measure, open, timed } from './measuring.ts'
import type { Peer } from './peers/peer.ts'

const mailbox = 'Photos'
const photo = { width: 4_000, height: 3_000 }
const rounds = 5

/** One of 12 megapixels that nobody has converted yet: shapes as a scene has, and the grain of a sensor. */
async function photograph(serial: number): Promise<Buffer> {
  const { width, height } = photo
  const data = Buffer.allocUnsafe(width * height * 3)
  let random = serial + 1
  for (let at = 0; at < data.length; at += 3) {
    const [x, y] = [(at / 3) % width, Math.floor(at / 3 / width)]
    random = (random * 48_271) % 2_147_483_647
    const grain = random & 15
    data[at] = ((x >> 4) * 3 + grain) & 255
    data[at + 1] = ((y >> 4) * 2 + grain) & 255
    data[at + 2] = (((x + y) >> 5) + grain) & 255
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer()
}

async function messageOf(serial: number): Promise<Buffer> {
  const lines = (await photograph(serial)).toString('base64').match(/.{1,76}/g) ?? []
  const header = [
    'Subject: A photo',
    'MIME-Version: 1.0',
    'Content-Type: image/jpeg',
    'Content-Transfer-Encoding: base64',
  ]
  return Buffer.from(`${[...header, '', ...lines].join('\r\n')}\r\n`)
}

const thumbnail = (message: number) => `CONVERT ${message} ("image/jpeg" ("pix-x" "320")) BINARY.SIZE[1]`

async function inPhotos<T>(peer: Peer, use: (client: ImapClient) => Promise<T>): Promise<T> {
  const client = await open(peer)
  try {
    await client.command(`SELECT ${mailbox}`)
    return await use(client)
  } finally {
    client.close()
  }
}

/** The slowest of the commands of another connection while one converts. */
async function slowestBeside(peer: Peer, work: () => Promise<unknown>): Promise<number> {
  return inPhotos(peer, async client => {
    let isDone = false
    const working = work().finally(() => {
      isDone = true
    })
    let slowest = 0
    while (!isDone) slowest = Math.max(slowest, await timed(() => client.command('NOOP')))
    await working
    return slowest
  })
}

const shared = { unit: 'ms', better: 'less', rounds, needs: 'CONVERT', alone: true } as const

/** Each round has a photo of its own; the last measure's are behind those of the first. */
export const convertMeasures: readonly Measure[] = [
  {
    ...shared,
    name: 'CONVERT of a photo of 12 megapixels to 320 pixels, the first time',
    async prepare(peer) {
      const client = await open(peer)
      await client.command(`CREATE ${mailbox}`)
      for (let serial = 0; serial < 2 * rounds; serial++) await client.append(mailbox, await messageOf(serial))
      client.close()
    },
    run: (peer, _sizes, round) => inPhotos(peer, client => timed(() => client.command(thumbnail(round + 1)))),
  },
  {
    ...shared,
    name: 'the same again, on another connection',
    run: (peer, _sizes, round) => inPhotos(peer, client => timed(() => client.command(thumbnail(round + 1)))),
  },
  {
    ...shared,
    name: 'slowest NOOP of another connection meanwhile',
    run: (peer, _sizes, round) =>
      inPhotos(peer, client => slowestBeside(peer, () => client.command(thumbnail(rounds + round + 1)))),
  },
]
