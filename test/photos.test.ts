/**
 * A message with six photos on a link of 64 kbit/s (RFC 5259): thumbnails of all in one round trip, one of them as large as
 * the screen, the others never; against a client that can only fetch. Octets are counted on the wire of the real server.
 *
 * docs/performance.md has the figures of one run, which this test prints when LEMONADE_FIGURES is set.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import { type Cost, CountingClient } from './support/counting-client.ts'
import { deliverByLmtp } from './support/lmtp.ts'
import { putScript } from './support/managesieve.ts'
import { startServer, type TestServer } from './support/server.ts'

const alice = 'alice@mail.example'
const password = 'photo-password'
const photos = 6
/** The link: bits a second, and seconds from a question to its answer. */
const link = { bits: 64_000, seconds: 0.6 }

let server: TestServer

before(async () => {
  // In the clear, so that the octets of IMAP are counted and not those of TLS.
  server = await startServer({ config: '[auth]\nallow_plaintext = "loopback"\n' })
  await server.addAccount(alice, password)
  await deliverByLmtp(server, alice, await holiday(), 'bob@elsewhere.example')
})
after(() => server.stop())

/** Twelve megapixels of clouds with some grain, upright only for who heeds its orientation, and the place where it was taken. */
async function photo(seed: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 90 + 10 * seed, sigma: 40 } as const
  const clouds = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#888', noise } })
    .png()
    .toBuffer()
  return sharp(clouds)
    .resize(4000, 3000, { kernel: 'cubic' })
    .withExif({ IFD0: { Model: 'Camera of Alice' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 92 })
    .toBuffer()
}

async function holiday(): Promise<Buffer> {
  const parts = [Buffer.from('--b\r\nContent-Type: text/plain\r\n\r\nSix photos.\r\n')]
  for (let number = 1; number <= photos; number++) {
    const header = `--b\r\nContent-Type: image/jpeg; name=${number}.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n`
    const lines = (await photo(number)).toString('base64').replace(/.{76}/g, '$&\r\n')
    parts.push(Buffer.from(`${header}${lines}\r\n`))
  }
  const header = `From: bob@elsewhere.example\r\nTo: ${alice}\r\nSubject: Holiday\r\nMIME-Version: 1.0\r\n`
  const type = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'
  return Buffer.concat([Buffer.from(header + type), ...parts, Buffer.from('--b--\r\n')])
}

async function client(): Promise<CountingClient> {
  const opened = await CountingClient.open(server.endpoints.imap[0] ?? assert.fail())
  await opened.imap(`LOGIN ${alice} ${password}`, 'SELECT INBOX')
  opened.spent()
  return opened
}

const sections = Array.from({ length: photos }, (_, at) => at + 2)
const thumbnails = `UID CONVERT 1 ("image/jpeg" ("pix-x" "120" "pix-y" "160")) (${sections.map(number => `BINARY[${number}]`).join(' ')})`
const onScreen = 'UID CONVERT 1 ("image/jpeg" ("pix-x" "1080" "pix-y" "1440")) BINARY[4]'

/** The pictures of an answer, by section. */
function picturesIn(said: string): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const match of said.matchAll(/(?:BINARY|BODY)\[([\d.]+)\] ~?\{(\d+)\}\r\n/g)) {
    const start = (match.index ?? 0) + match[0].length
    found.set(match[1] as string, Buffer.from(said.slice(start, start + Number(match[2])), 'latin1'))
  }
  return found
}

/** How long the link takes. */
function secondsFor({ up, down, roundTrips }: Cost): number {
  return ((up + down) * 8) / link.bits + roundTrips * link.seconds
}

function sum(...costs: readonly Cost[]): Cost {
  return {
    up: costs.reduce((total, { up }) => total + up, 0),
    down: costs.reduce((total, { down }) => total + down, 0),
    roundTrips: costs.reduce((total, { roundTrips }) => total + roundTrips, 0),
  }
}

function tell(what: string, cost: Cost): void {
  if (process.env['LEMONADE_FIGURES'] === undefined) return
  const { up, down, roundTrips } = cost
  console.log(`${what}: ${up} up, ${down} down, ${roundTrips} round trips, ${secondsFor(cost).toFixed(1)} s`)
}

test('six thumbnails in one round trip and under 60 KB, one photo for the screen, the others never', async t => {
  const phone = await client()
  t.after(() => phone.close())
  await phone.imap('UID FETCH 1 (ENVELOPE BODYSTRUCTURE)')
  const opened = phone.spent()
  const small = picturesIn(await phone.imap(thumbnails))
  const shown = phone.spent()
  assert.deepEqual([...small.keys()], sections.map(String))
  for (const picture of small.values()) {
    const { width, height, exif } = await sharp(picture).metadata()
    // The camera lay on its side: what comes is upright, and says nothing of where it was.
    assert.deepEqual([width, height, exif], [120, 160, undefined])
  }
  assert.equal(shown.roundTrips, 1)
  assert.ok(shown.down < 60_000, `${shown.down} octets`)
  const large = picturesIn(await phone.imap(onScreen)).get('4')
  const looked = phone.spent()
  const { width, height } = await sharp(large).metadata()
  assert.deepEqual([width, height], [1080, 1440])

  const plain = await client()
  t.after(() => plain.close())
  await plain.imap('UID FETCH 1 (ENVELOPE BODYSTRUCTURE)')
  await plain.imap(`UID FETCH 1 (${sections.map(number => `BODY.PEEK[${number}]`).join(' ')})`)
  const fetched = plain.spent()

  const lemonade = sum(opened, shown, looked)
  tell('message opened, six thumbnails shown', sum(opened, shown))
  tell('one photo on the screen', looked)
  tell('all of it', lemonade)
  tell('a client that can only fetch', fetched)
  assert.ok(lemonade.down * 10 < fetched.down, `${lemonade.down} octets against ${fetched.down}`)
})

test('the second device is given what the first was, and nothing is converted for it', async t => {
  const first = await client()
  t.after(() => first.close())
  const before = picturesIn(await first.imap(thumbnails))
  const converted = await conversions()
  const second = await client()
  t.after(() => second.close())
  assert.deepEqual(picturesIn(await second.imap(thumbnails)), before)
  assert.equal(await conversions(), converted)
})

test('a size is what comes, in one piece and in several', async t => {
  const phone = await client()
  t.after(() => phone.close())
  const sized = await phone.imap(onScreen.replace('BINARY[4]', '(BINARY.SIZE[4] BODYPARTSTRUCTURE[4])'))
  const size = Number(/BINARY\.SIZE\[4\] (\d+)/.exec(sized)?.[1])
  assert.match(sized, new RegExp(`BODYPARTSTRUCTURE\\[4\\] \\("image" "jpeg" NIL NIL NIL "binary" ${size} `))
  const whole = picturesIn(await phone.imap(onScreen)).get('4') ?? assert.fail()
  assert.equal(whole.length, size)
  const pieces: Buffer[] = []
  for (let at = 0; at < size; at += 20_000) {
    const said = await phone.imap(onScreen.replace('BINARY[4]', `BINARY[4]<${at}.20000>`))
    const match = /BINARY\[4\]<\d+> ~?\{(\d+)\}\r\n/.exec(said) ?? assert.fail()
    const start = match.index + match[0].length
    pieces.push(Buffer.from(said.slice(start, start + Number(match[1])), 'latin1'))
  }
  assert.deepEqual(Buffer.concat(pieces), whole)
})

test('a script has photos made small before they are stored (RFC 6558)', async t => {
  const script = 'require "convert"; convert "image/jpeg" "image/webp" ["pix-x=300", "pix-y=400"];'
  await putScript(server, alice, password, 'small', script)
  const header = `To: ${alice}\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n`
  const octets = Buffer.from(header + (await photo(1)).toString('base64').replace(/.{76}/g, '$&\r\n'))
  await deliverByLmtp(server, alice, octets, 'bob@elsewhere.example')
  const phone = await client()
  t.after(() => phone.close())
  const said = await phone.imap('FETCH 2 (BODYSTRUCTURE BINARY.PEEK[1])')
  assert.match(said, /BODYSTRUCTURE \("image" "webp" NIL NIL NIL "base64" /)
  const { format, width, height } = await sharp(picturesIn(said).get('1')).metadata()
  assert.deepEqual([format, width, height], ['webp', 300, 400])
})

/** Conversions that have run so far. */
async function conversions(): Promise<number> {
  const { host, port } = server.endpoints.http[0] ?? assert.fail()
  const text = await (await fetch(`http://${host}:${port}/metrics`)).text()
  return [...text.matchAll(/^lemonade_conversions_total\{.*\} (\d+)$/gm)].reduce(
    (total, [, count]) => total + Number(count),
    0,
  )
}
