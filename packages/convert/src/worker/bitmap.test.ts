import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bitmapClaim, bitmapRunBomb } from '../hostile.testing.ts'
import { Refusal } from '../run/tools.ts'
import { bitmap, isBitmap } from './bitmap.ts'

const mostPixels = 1_000_000

interface Made {
  readonly bits: number
  readonly width: number
  readonly height: number
  readonly pixels: string
  readonly palette?: string
  readonly compression?: number
  /** Behind the header: masks. */
  readonly more?: string
}

function made({ bits, width, height, pixels, palette = '', compression = 0, more = '' }: Made): Buffer {
  const header = Buffer.alloc(54)
  const tail = Buffer.from(more + palette, 'hex')
  header.write('BM', 'latin1')
  header.writeUInt32LE(54 + tail.length, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(bits, 28)
  header.writeUInt32LE(compression, 30)
  header.writeUInt32LE(palette.length / 8, 46)
  return Buffer.concat([header, tail, Buffer.from(pixels, 'hex')])
}

/** Pixels as one would write them, row by row. */
function shown(octets: Buffer): string {
  const { data, width, channels } = bitmap(octets, mostPixels)
  const pixels = data.toString('hex').match(new RegExp(`.{${channels * 2}}`, 'g')) ?? []
  return Array.from({ length: pixels.length / width }, (_, y) =>
    pixels.slice(y * width, (y + 1) * width).join(' '),
  ).join('/')
}

const blackRedGreen = '00000000' + '0000ff00' + '00ff0000'

const rows: readonly (readonly [string, Made, string])[] = [
  ['24 bits, from below', { bits: 24, width: 1, height: 2, pixels: '0000ff00' + 'ff000000' }, '0000ff/ff0000'],
  ['24 bits, from above', { bits: 24, width: 1, height: -2, pixels: '0000ff00' + 'ff000000' }, 'ff0000/0000ff'],
  ['32 bits', { bits: 32, width: 1, height: 1, pixels: '01020399' }, '030201'],
  ['16 bits, five each', { bits: 16, width: 2, height: 1, pixels: '007c1f00' }, 'ff0000 0000ff'],
  [
    '16 bits under masks',
    { bits: 16, width: 2, height: 1, pixels: '00f8e007', compression: 3, more: '00f80000e00700001f000000' },
    'ff0000 00ff00',
  ],
  [
    '32 bits with alpha',
    { bits: 32, width: 1, height: 1, pixels: '01020380', compression: 6, more: '0000ff0000ff0000ff000000000000ff' },
    '03020180',
  ],
  ['8 bits', { bits: 8, width: 3, height: 1, pixels: '01020000', palette: blackRedGreen }, 'ff0000 00ff00 000000'],
  ['4 bits', { bits: 4, width: 3, height: 1, pixels: '12000000', palette: blackRedGreen }, 'ff0000 00ff00 000000'],
  [
    '1 bit',
    { bits: 1, width: 9, height: 1, pixels: '80800000', palette: '000000000000ff00' },
    ['ff0000', ...Array(7).fill('000000'), 'ff0000'].join(' '),
  ],
  [
    '8 bits, run-length',
    {
      bits: 8,
      width: 3,
      height: 2,
      pixels: '03010000' + '000301020100' + '0001',
      compression: 1,
      palette: blackRedGreen,
    },
    'ff0000 00ff00 ff0000/ff0000 ff0000 ff0000',
  ],
  [
    '8 bits, run-length with a skip',
    { bits: 8, width: 3, height: 1, pixels: '00020200' + '0101' + '0001', compression: 1, palette: blackRedGreen },
    '000000 000000 ff0000',
  ],
  [
    '4 bits, run-length',
    { bits: 4, width: 4, height: 1, pixels: '0412' + '0001', compression: 2, palette: blackRedGreen },
    'ff0000 00ff00 ff0000 00ff00',
  ],
  [
    'an index past the palette is black',
    { bits: 8, width: 1, height: 1, pixels: '09000000', palette: blackRedGreen },
    '000000',
  ],
]

for (const [name, file, pixels] of rows) {
  test(name, () => assert.equal(shown(made(file)), pixels))
}

test('the old header of 12 octets', () => {
  const header = '424d' + '000000000000' + '0000' + '1a000000' + '0c000000' + '01000100' + '01001800'
  assert.equal(shown(Buffer.from(`${header}0000ff00`, 'hex')), 'ff0000')
})

test('pixels are bounded at the limit and one past', () => {
  const file = made({ bits: 24, width: 2, height: 2, pixels: '00'.repeat(16) })
  bitmap(file, 4)
  assert.throws(() => bitmap(file, 3), Refusal)
})

test('claims without pixels are refused', () => {
  for (const file of [
    bitmapClaim(500, 500),
    bitmapClaim(0x7fffffff, 0x7fffffff),
    bitmapRunBomb(900),
    Buffer.from('BM'.padEnd(26)),
  ]) {
    assert(isBitmap(file))
    assert.throws(() => bitmap(file, mostPixels), Refusal)
  }
})

test('no octets make it fail but by a Refusal', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const header = fc.record({
    bits: fc.constantFrom(1, 4, 8, 16, 24, 32, 7),
    width: fc.integer({ min: -1, max: 40 }),
    height: fc.integer({ min: -40, max: 40 }),
    compression: fc.constantFrom(0, 1, 2, 3, 6, 4),
    tail: fc.array(octet, { maxLength: 300 }),
    size: fc.constantFrom(12, 40, 56, 108, 124, 3),
  })
  fc.assert(
    fc.property(header, ({ bits, width, height, compression, tail, size }) => {
      const octets = made({ bits, width, height, compression, pixels: Buffer.from(tail).toString('hex') })
      octets.writeUInt32LE(size, 14)
      try {
        bitmap(octets, mostPixels)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    }),
    { seed: 5259, numRuns: 3000 },
  )
})
