import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Frame, FrameError, readFrames, writeFrame } from './frames.ts'

async function frames(octets: Uint8Array | readonly Uint8Array[], most = 1_000) {
  const pieces = octets instanceof Uint8Array ? [octets] : octets
  return all(
    readFrames(
      Readable.from(
        pieces.map(piece => Buffer.from(piece)),
        { objectMode: true },
      ),
      most,
    ),
  )
}

async function all(each: AsyncIterable<Frame>): Promise<readonly Frame[]> {
  const found: Frame[] = []
  for await (const frame of each) found.push(frame)
  return found
}

async function written(head: object, octets: Uint8Array): Promise<Buffer> {
  const stream = new PassThrough()
  const pieces = stream.toArray()
  await writeFrame(stream, head, octets)
  stream.end()
  return Buffer.concat(await pieces)
}

test('what is written is read, however it is cut', async () => {
  const both = Buffer.concat([await written({ name: 'é' }, Buffer.from('abc')), await written({}, Buffer.alloc(0))])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(both.length)), async cuts => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), both.length]
      const pieces = places.slice(1).map((end, at) => both.subarray(places[at], end))
      const [first, second, ...more] = await frames(pieces)
      assert.deepEqual([first?.head['name'], first?.octets.toString()], ['é', 'abc'])
      assert.deepEqual([second?.octets.length, more], [0, []])
    }),
    { seed: 1, numRuns: 100 },
  )
})

test('large octets go in pieces, at the pace of the reader', async () => {
  const stream = new PassThrough({ highWaterMark: 1_000 })
  const writing = writeFrame(stream, {}, Buffer.alloc(1_000_000, 7)).then(() => stream.end())
  const [frame] = await all(readFrames(stream, 1_000_000))
  await writing
  assert.equal(frame?.octets.length, 1_000_000)
})

test('a stream that is destroyed ends the writing', async () => {
  const stream = new PassThrough({ highWaterMark: 10 })
  const writing = writeFrame(stream, {}, Buffer.alloc(1_000_000))
  stream.destroy()
  await writing
})

function head(text: string, length = text.length): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(length)
  return Buffer.concat([octets, Buffer.from(text)])
}

const broken: readonly (readonly [string, Buffer])[] = [
  ['a head that is too long', head('{', 0xffffffff)],
  ['a head that is no JSON', head('{')],
  ['a head that is no object', head('[]')],
  ['no length', head('{"octets":"1"}')],
  ['a negative length', head('{"octets":-1}')],
  ['a length past the limit', head('{"octets":1001}')],
  ['an end inside the length', Buffer.from([0, 0])],
  ['an end inside the octets', head('{"octets":9}')],
]

for (const [name, octets] of broken) {
  test(`${name} ends the reading`, async () => {
    await assert.rejects(frames(octets), FrameError)
  })
}

test('octets are read up to the limit', async () => {
  const [frame] = await frames(await written({}, Buffer.alloc(1_000)), 1_000)
  assert.equal(frame?.octets.length, 1_000)
})
