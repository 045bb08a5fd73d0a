/** Files that are made to harm: each ends in bounded time, with a clear answer, and the next conversion works. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import {
  bitmapClaim,
  bitmapRunBomb,
  docx,
  largestGif,
  pdfLoops,
  playlists,
  png,
  svgEntityBomb,
  svgUseBomb,
  svgWithFileEntity,
  svgWithImage,
  svgz,
  tiffLoop,
} from './hostile.testing.ts'
import { type ConversionParameter, ConvertProblem, startConverter } from './index.ts'

/** Longer than this nothing may take, though the machine be busy: a worker has 8, a program 12. */
const mostSeconds = 60

const directory = await mkdtemp(join(tmpdir(), 'lemonade-hostile-'))
const secret = 'only the server knows this'
const secretFile = join(directory, 'secret.txt')
writeFileSync(secretFile, `${secret}\n`)
const converter = startConverter({
  limits: { workerSeconds: 8, programSeconds: 12, scratchOctets: 67_108_864 },
  hidden: [directory],
})

let requests = 0
const host = createServer((_, response) => {
  requests++
  response.end(secret)
})
before(() => new Promise<void>(listening => host.listen(0, '127.0.0.1', listening)))
after(async () => {
  host.close()
  await converter.close()
  await rm(directory, { recursive: true })
})

/** What came of it: octets, or an error code. Anything else fails the test. */
async function outcome(from: string, octets: Uint8Array, to: string, ...parameters: readonly ConversionParameter[]) {
  const [type = '', subtype = ''] = from.split('/')
  const plan = converter.plan({ type, subtype, parameters: [] }, to, parameters)
  const begun = performance.now()
  try {
    return (await converter.convert(plan, () => [octets], { account: 'a' })).octets
  } catch (error) {
    assert(error instanceof ConvertProblem, String(error))
    assert(!error.message.includes('/'), error.message)
    return error.error.code
  } finally {
    assert((performance.now() - begun) / 1000 < mostSeconds)
  }
}

async function worksStill() {
  assert(typeof (await outcome('text/html', Buffer.from('<p>a'), 'text/plain')) !== 'string')
}

const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123456' } })
  .png()
  .toBuffer()
const formats = ['jpeg', 'png', 'gif', 'webp', 'avif', 'tiff'] as const

/** For good: whoever asks again gets the same. */
const refused: Readonly<Record<string, readonly [from: string, octets: Buffer]>> = {
  'a PNG that claims 2.5 gigapixels': ['image/png', png(50_000, 50_000, 1_000)],
  'a PNG of the largest sides': ['image/png', png(0x7fffffff, 0x7fffffff, 1_000)],
  'a GIF of the largest sides': ['image/gif', largestGif()],
  'a bitmap that claims a gigabyte': ['image/bmp', bitmapClaim(18_000, 18_000)],
  'a bitmap that claims what is not there': ['image/bmp', bitmapClaim(9_000, 9_000)],
  'a bitmap whose runs claim a hundred megapixels': ['image/bmp', bitmapRunBomb(10_000)],
  'a TIFF whose directories go round': ['image/tiff', tiffLoop()],
  'a drawing of a billion laughs': ['image/svg+xml', svgEntityBomb()],
  'a drawing with a file for an entity': ['image/svg+xml', svgWithFileEntity(`file://${secretFile}`)],
  'a drawing under gzip': ['image/svg+xml', svgz(100_000_000)],
  'a drawing that says it is a photograph': ['image/png', svgWithImage(`file://${secretFile}`)],
  'a page that says it is a photograph': ['image/jpeg', Buffer.from('<html><script>alert(1)</script></html>')],
  'a PDF that says it is a drawing': ['image/svg+xml', pdfLoops['a form that draws itself'] as Buffer],
  'a picture of nothing': ['image/webp', Buffer.alloc(0)],
}

for (const [name, [from, octets]] of Object.entries(refused)) {
  test(`${name} is refused`, async () => {
    assert.equal(await outcome(from, octets, 'image/webp', ['pix-x', '99']), 'BADPARAMETERS')
    await worksStill()
  })
}

for (const format of formats) {
  test(`a ${format} that breaks off is refused or shown as far as it goes, at every place`, async () => {
    const whole = await sharp(picture).toFormat(format).toBuffer()
    for (let part = 1; part < 8; part++) {
      const octets = whole.subarray(0, Math.floor((whole.length * part) / 8))
      const result = await outcome(`image/${format}`, octets, 'image/jpeg')
      assert(typeof result !== 'string' || result === 'BADPARAMETERS')
    }
    await worksStill()
  })
}

test('a PNG whose data goes on for 100 megabytes is a PNG of ten pixels', async () => {
  const result = await outcome('image/png', png(10, 10, 100_000_000), 'image/jpeg')
  assert(typeof result !== 'string')
  assert.equal((await sharp(result).metadata()).width, 10)
})

test('a file that is a GIF in front and an archive behind is a GIF', async () => {
  const gif = await sharp(picture).gif().toBuffer()
  const both = Buffer.concat([gif, docx(Buffer.from('hidden'))])
  const result = await outcome('image/gif', both, 'image/png')
  assert(typeof result !== 'string')
  assert(!Buffer.from(result).includes('PK'))
})

test('a drawing that uses itself a billion times ends', async () => {
  assert.match(String(await outcome('image/svg+xml', svgUseBomb(), 'image/png')), /^(?:BADPARAMETERS|TEMPFAIL)$/)
  await worksStill()
})

test('a drawing shows no other file and asks no other host', async () => {
  const { port } = host.address() as { port: number }
  const blank = await outcome('image/svg+xml', svgWithImage(''), 'image/png')
  assert(typeof blank !== 'string')
  writeFileSync(join(directory, 'picture.png'), picture)
  for (const address of [
    `file://${directory}/picture.png`,
    `${directory}/picture.png`,
    `http://127.0.0.1:${port}/a.png`,
  ]) {
    assert.deepEqual(await outcome('image/svg+xml', svgWithImage(address), 'image/png'), blank, address)
  }
  assert.equal(requests, 0)
})

const pages: Readonly<Record<string, string>> = {
  'a page of half a million boxes in each other': '<div>'.repeat(500_000),
  'a page of tables in each other': '<table><tr><td>'.repeat(200_000),
  'a page of lists in each other': '<ul><li>'.repeat(200_000),
  'a page of a million paragraphs': '<p>a'.repeat(1_000_000),
  'a page of brackets': '<'.repeat(8_000_000),
}

for (const [name, page] of Object.entries(pages)) {
  test(`${name} is refused`, async () => {
    assert.equal(await outcome('text/html', Buffer.from(page), 'text/plain'), 'BADPARAMETERS')
    await worksStill()
  })
}

test('cells that claim a billion columns claim them in vain', async () => {
  const table = '<table><tr><th colspan=1000000000 rowspan=1e99>a<th>b</table>'
  const result = await outcome('text/html', Buffer.from(table), 'text/plain')
  assert.equal(Buffer.from(result).toString(), 'a\r\nb\r\n')
})

test('a page has nothing of another host, and loads none', async () => {
  const { port } = host.address() as { port: number }
  const page = `<img src="http://127.0.0.1:${port}/"><iframe src="file://${secretFile}"></iframe><link rel=stylesheet href="http://127.0.0.1:${port}/"><p>x`
  const result = await outcome('text/html', Buffer.from(page), 'text/plain')
  assert.equal(Buffer.from(result).toString(), 'x\r\n')
  assert.equal(requests, 0)
})

for (const [name, octets] of Object.entries(pdfLoops)) {
  test(`${name} ends`, async () => {
    for (const to of ['text/plain', 'text/html', 'image/jpeg']) {
      const result = await outcome('application/pdf', octets, to)
      assert(typeof result !== 'string' || result === 'BADPARAMETERS' || result === 'TEMPFAIL')
    }
    await worksStill()
  })
}

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

test('a document that unpacks to more than there is room for is refused before it is unpacked', async () => {
  assert.equal(await outcome(word, docx(Buffer.alloc(70_000_000, 97)), 'text/plain'), 'BADPARAMETERS')
})

test('a document that is none, or half of one, is refused before an office opens it', async () => {
  const page = Buffer.from(`<html><iframe src="file://${secretFile}"></iframe>`)
  assert.equal(await outcome(word, page, 'text/plain'), 'BADPARAMETERS')
  assert.equal(await outcome(word, docx(Buffer.from('x')).subarray(0, 300), 'text/plain'), 'BADPARAMETERS')
  assert.equal(await outcome('application/msword', page, 'text/plain'), 'BADPARAMETERS')
  assert.equal(await outcome('application/pdf', page, 'text/plain'), 'BADPARAMETERS')
})

test('a document of a million paragraphs ends', async () => {
  const paragraphs = Buffer.from('</w:t></w:r></w:p><w:p><w:r><w:t>'.repeat(1_000_000))
  const result = await outcome(word, docx(paragraphs), 'text/plain')
  assert(typeof result !== 'string' || result === 'BADPARAMETERS' || result === 'TEMPFAIL')
  await worksStill()
})

test('a playlist is no film: it opens no file and asks no host', async () => {
  const { port } = host.address() as { port: number }
  for (const [name, text] of Object.entries(playlists(secretFile, port))) {
    assert.equal(await outcome('video/mp4', Buffer.from(text), 'video/mp4'), 'BADPARAMETERS', name)
  }
  assert.equal(
    await outcome('audio/mpeg', Buffer.from(playlists(secretFile, port)['HLS with a file'] ?? ''), 'audio/mpeg'),
    'BADPARAMETERS',
  )
  assert.equal(requests, 0)
})
