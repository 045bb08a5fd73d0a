import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import fc from 'fast-check'
import { chunkOctets, decodeChunk, encodeChunk } from './chunk.ts'
import { cut, ownBlobOctets } from './cut.ts'
import { joinRopes, type Rope, ropeOctets, sliceRope } from './rope.ts'

const someOctets = [0, 1, 63, 64, 65, 1000, chunkOctets - 1, chunkOctets]

test('a chunk comes back as it was, compressed or not', () => {
  for (const octets of someOctets) {
    const random = new Uint8Array(randomBytes(octets))
    const plain = new Uint8Array(octets).fill(65)
    assert.deepEqual(decodeChunk(encodeChunk(random), octets), random)
    assert.equal(Buffer.compare(decodeChunk(encodeChunk(plain), octets), plain), 0)
  }
})

test('compression is kept only where it pays, and drags no buffer along', () => {
  const random = encodeChunk(new Uint8Array(randomBytes(1000)))
  assert.equal(random.data.length, 1000)
  const view = new Uint8Array(10_000).fill(65).subarray(0, 1000)
  const { data } = encodeChunk(view)
  assert.ok(data.length < 100)
  assert.equal(data.buffer.byteLength, data.length)
})

test('a chunk that was damaged is no chunk', () => {
  const { encoding, data } = encodeChunk(new Uint8Array(1000).fill(65))
  const broken = data.with(3, (data[3] ?? 0) ^ 255)
  assert.throws(() => decodeChunk({ encoding, data: broken }, 1000), { problem: 'damaged' })
  assert.throws(() => decodeChunk({ encoding, data }, 999), { problem: 'damaged' })
  assert.throws(() => decodeChunk({ encoding: 7, data }, 1000), { problem: 'damaged' })
})

const arbitraryRope = fc.array(
  fc.record({ blob: fc.constantFrom('a', 'b'), start: fc.nat(5), octets: fc.integer({ min: 1, max: 6 }) }),
  { maxLength: 8 },
)

/** A rope's octets, each as the blob and the place that it comes from. */
function octetsOf(rope: Rope<string>): string[] {
  return rope.flatMap(({ blob, start, octets }) =>
    Array.from({ length: octets }, (_, index) => `${blob}${start + index}`),
  )
}

test('slicing and joining ropes is slicing and joining octets', () => {
  fc.assert(
    fc.property(arbitraryRope, arbitraryRope, fc.nat(60), fc.nat(60), (one, other, start, end) => {
      assert.deepEqual(octetsOf(sliceRope(one, start, end)), octetsOf(one).slice(start, Math.max(start, end)))
      assert.deepEqual(octetsOf(joinRopes(one, other)), [...octetsOf(one), ...octetsOf(other)])
      assert.equal(ropeOctets(one), octetsOf(one).length)
    }),
    { seed: 1, numRuns: 500 },
  )
})

test('ranges that continue each other become one', () => {
  const rope = [{ blob: 1, start: 0, octets: 10 }]
  assert.deepEqual(joinRopes(sliceRope(rope, 0, 4), sliceRope(rope, 4, 10)), rope)
})

test('a large leaf is a blob of its own; the rest stays together', () => {
  const part = (octets: number) => `--b\r\nContent-Type: text/plain\r\n\r\n${'x'.repeat(octets)}\r\n`
  const message = (...parts: number[]) =>
    new TextEncoder().encode(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.map(part).join('')}--b--\r\n`)
  const sizes = (octets: Uint8Array) => cut(parseMessage(octets), octets.length).map(({ start, end }) => end - start)
  const small = message(10, ownBlobOctets - 1)
  assert.deepEqual(sizes(small), [small.length])
  const large = message(10, ownBlobOctets, 20, 2 * ownBlobOctets)
  assert.deepEqual(
    sizes(large).map(size => (size >= ownBlobOctets ? size : 'rest')),
    ['rest', ownBlobOctets, 'rest', 2 * ownBlobOctets, 'rest'],
  )
  assert.equal(
    sizes(large).reduce((sum, size) => sum + size, 0),
    large.length,
  )
  assert.deepEqual(cut(parseMessage(new Uint8Array(0)), 0), [])
})
