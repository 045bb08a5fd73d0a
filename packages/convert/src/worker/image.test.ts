import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { defaultConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { image } from './image.ts'
import type { TaskSettings } from './task.ts'

const limits = defaultConvertLimits

/** Red on the left, blue on the right. */
function picture(width = 80, height = 40) {
  const half = { width: width / 2, height, channels: 3 as const }
  const right = sharp({ create: { ...half, background: '#0000ff' } })
  return right.extend({ left: width / 2, background: '#ff0000' })
}

async function convert(octets: Buffer, settings: TaskSettings, own = limits): Promise<Buffer> {
  return Buffer.from((await image(octets, { from: 'image/png', ...settings }, own)).octets)
}

async function sizeOf(octets: Buffer): Promise<string> {
  const { width, height, format } = await sharp(octets).metadata()
  return `${format} ${width}x${height}`
}

/** r, g or b, whichever is most in the middle of the left edge. */
async function leftColour(octets: Buffer): Promise<string> {
  const { data, info } = await sharp(octets).flatten().raw().toBuffer({ resolveWithObject: true })
  const at = (info.height >> 1) * info.width * info.channels + 2 * info.channels
  const values = [...data.subarray(at, at + 3)]
  return 'rgb'[values.indexOf(Math.max(...values))] ?? ''
}

const sources = {
  'image/jpeg': () => picture().jpeg().toBuffer(),
  'image/png': () => picture().png().toBuffer(),
  'image/gif': () => picture().gif().toBuffer(),
  'image/webp': () => picture().webp().toBuffer(),
  'image/avif': () => picture().avif().toBuffer(),
  'image/tiff': () => picture().tiff().toBuffer(),
  'image/svg+xml': async () =>
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" fill="blue"/><rect width="40" height="40" fill="red"/></svg>',
    ),
}

for (const [from, make] of Object.entries(sources)) {
  test(`${from} becomes JPEG, PNG, WebP and AVIF of the size that is asked for`, async () => {
    const source = await make()
    for (const to of ['jpeg', 'png', 'webp', 'avif']) {
      const result = await convert(source, { from, to, width: 20 })
      assert.equal(await sizeOf(result), `${to === 'avif' ? 'heif' : to} 20x10`)
      assert.equal(await leftColour(result), 'r')
    }
  })
}

test('pix-x and pix-y are a box into which the picture is fitted, never enlarged', async () => {
  const source = await picture().png().toBuffer()
  const fitted = async (settings: TaskSettings) => sizeOf(await convert(source, { to: 'png', ...settings }))
  assert.equal(await fitted({ width: 40, height: 40 }), 'png 40x20')
  assert.equal(await fitted({ width: 40, height: 10 }), 'png 20x10')
  assert.equal(await fitted({ height: 10 }), 'png 20x10')
  assert.equal(await fitted({ width: 500 }), 'png 80x40')
  assert.equal(await fitted({}), 'png 80x40')
})

test('the picture of RFC 5259 §7, of 4 to 3, is 128 by 96 exactly', async () => {
  const source = await picture(1600, 1200).jpeg().toBuffer()
  const settings = { from: 'image/jpeg', to: 'jpeg', width: 128, height: 96 }
  assert.equal(await sizeOf(await convert(source, settings)), 'jpeg 128x96')
})

test('crop and stretch give both sides exactly', async () => {
  const source = await picture().png().toBuffer()
  for (const fit of ['crop', 'stretch']) {
    assert.equal(await sizeOf(await convert(source, { to: 'png', width: 30, height: 50, fit })), 'png 30x50')
  }
})

test('a drawing is drawn at the size that is asked for, not enlarged', async () => {
  const source = await sources['image/svg+xml']()
  assert.equal(await sizeOf(await convert(source, { from: 'image/svg+xml', to: 'png', width: 800 })), 'png 800x400')
})

test('a picture that lies on its side is turned, and sides are meant as it is seen', async () => {
  const source = await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const result = await convert(source, { from: 'image/jpeg', to: 'jpeg', width: 20 })
  assert.equal(await sizeOf(result), 'jpeg 20x40')
  assert.equal((await sharp(result).metadata()).orientation, undefined)
})

test('nothing that the camera said goes along: neither place, nor time, nor thumbnail, nor colour profile', async () => {
  const exif = {
    IFD0: { Artist: 'Somebody', Model: 'Camera' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
  }
  const source = await picture()
    .withExif(exif)
    .withIccProfile('p3')
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    .jpeg()
    .toBuffer()
  const before = await sharp(source).metadata()
  assert(before.exif !== undefined && before.icc !== undefined && before.xmp !== undefined)
  for (const to of ['jpeg', 'png', 'webp', 'avif']) {
    const { exif: own, icc, xmp, iptc } = await sharp(await convert(source, { from: 'image/jpeg', to })).metadata()
    assert.deepEqual([own, icc, xmp, iptc], [undefined, undefined, undefined, undefined], to)
  }
})

test('what is transparent is white in a JPEG and stays so elsewhere', async () => {
  const source = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#00000000' } })
    .png()
    .toBuffer()
  const jpeg = await sharp(await convert(source, { to: 'jpeg' }))
    .raw()
    .toBuffer()
  assert(jpeg[0] !== undefined && jpeg[0] > 250)
  assert.equal((await sharp(await convert(source, { to: 'webp' })).metadata()).hasAlpha, true)
})

test('less quality is fewer octets, in a PNG too', async () => {
  const side = 256
  let random = 1
  const grain = () => {
    random = (random * 48271) % 2147483647
    return random % 32
  }
  const grainy = Buffer.from(Array.from({ length: side * side * 3 }, (_, at) => (at % 192) + grain()))
  const source = await sharp(grainy, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
  for (const to of ['jpeg', 'png', 'webp', 'avif']) {
    const lengths = await Promise.all([10, 100].map(async quality => (await convert(source, { to, quality })).length))
    assert((lengths[0] as number) < (lengths[1] as number), `${to} ${lengths}`)
  }
})

test('size-limit lowers quality, then size; where the size is fixed it is refused and named', async () => {
  const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, at) => (at * 7919 + (at >> 3)) % 251))
  const source = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
    .png()
    .toBuffer()
  const whole = await convert(source, { to: 'jpeg' })
  const less = await convert(source, { to: 'jpeg', mostOctets: Math.round(whole.length / 1.5) })
  assert(less.length <= whole.length / 1.5)
  assert.equal(await sizeOf(less), 'jpeg 200x200')
  const small = await convert(source, { to: 'jpeg', mostOctets: 2000 })
  assert(small.length <= 2000)
  const fixed = convert(source, { to: 'jpeg', mostOctets: 600, width: 200, height: 200, fit: 'stretch' })
  await assert.rejects(fixed, (error: unknown) => error instanceof Refusal && error.parameters.includes('size-limit'))
})

test('an animation is its first picture', async () => {
  const frames = await Promise.all(
    ['#ff0000', '#0000ff'].map(background =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  )
  const source = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer()
  const result = await convert(source, { from: 'image/gif', to: 'png' })
  assert.equal(await sizeOf(result), 'png 8x8')
  assert.equal(await leftColour(result), 'r')
})

test('sixteen bits, grey and CMYK are what a screen shows', async () => {
  const grey = await picture().toColourspace('grey16').png().toBuffer()
  const cmyk = await picture().toColourspace('cmyk').jpeg().toBuffer()
  for (const [from, source] of [
    ['image/png', grey],
    ['image/jpeg', cmyk],
  ] as const) {
    const { space, depth } = await sharp(await convert(source, { from, to: 'jpeg' })).metadata()
    assert.match(`${space} ${depth}`, /^(?:srgb|b-w) uchar$/)
  }
})

test('pixels are bounded at the limit and one past', async () => {
  const source = await picture(80, 40).png().toBuffer()
  await convert(source, { to: 'png' }, { ...limits, pixels: 3200 })
  await assert.rejects(convert(source, { to: 'png' }, { ...limits, pixels: 3199 }), Refusal)
  const drawing = await sources['image/svg+xml']()
  await assert.rejects(
    convert(drawing, { from: 'image/svg+xml', to: 'png', width: 100 }, { ...limits, pixels: 3200 }),
    Refusal,
  )
})

test('a drawing that calls itself a photograph is refused, and the other way round', async () => {
  await assert.rejects(convert(await sources['image/svg+xml'](), { to: 'png' }), Refusal)
  await assert.rejects(convert(await sources['image/png'](), { from: 'image/svg+xml', to: 'png' }), Refusal)
})
