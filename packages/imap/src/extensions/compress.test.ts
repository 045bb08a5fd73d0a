import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import type { StreamLayer } from '../extension.ts'
import { compress } from './compress.ts'

function layer(t: { after(fn: () => void): void }): StreamLayer {
  const made = compress.streams?.['DEFLATE']?.()
  assert.ok(made)
  t.after(() => made.close())
  return made
}

async function decoded(one: StreamLayer, octets: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of one.decode(octets)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const flushed = (text: string | Uint8Array) => deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH })

test('what one side encodes the other decodes, cut anywhere', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 30_000 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 5_000 }),
      async (texts, size) => {
        const [server, client] = [layer(t), layer(t)]
        for (const text of texts) {
          const octets = await server.encode(text, false)
          const got: Uint8Array[] = []
          for (let at = 0; at < octets.length; at += size)
            got.push(await decoded(client, octets.subarray(at, at + size)))
          assert.deepEqual(Buffer.concat(got), Buffer.from(text))
        }
        for (const one of [server, client]) one.close()
      },
    ),
    { seed: 4978, numRuns: 20 },
  )
})

test('a piece is small, however much the octets stand for, and is made when it is asked for', async t => {
  const one = layer(t)
  const bomb = flushed(new Uint8Array(100_000_000))
  let octets = 0
  for await (const piece of one.decode(bomb)) {
    assert.ok(piece.length <= 65_536, `${piece.length}`)
    octets += piece.length
    if (octets > 1_000_000) break
  }
})

test('the last of a stream ends it, with nothing behind', async t => {
  const one = layer(t)
  const first = await one.encode(Buffer.from('* BYE\r\n'), false)
  const last = await one.encode(Buffer.from('a OK\r\n'), true)
  // Throws where the stream has no end, and where something stands behind that.
  assert.equal(inflateRawSync(Buffer.concat([first, last])).toString(), '* BYE\r\na OK\r\n')
})

for (const [how, finish] of [
  ['a sync flush', constants.Z_SYNC_FLUSH],
  ['the end of the stream', constants.Z_FINISH],
] as const) {
  test(`what stands behind ${how} can be taken back undecoded`, async t => {
    const one = layer(t)
    const line = deflateRawSync('a UNAUTHENTICATE\r\n', { finishFlush: finish })
    const decoding = one.decode(Buffer.concat([line, Buffer.from('b LOGIN x y\r\n')]))
    let text = ''
    while (!text.endsWith('\r\n')) text += Buffer.from((await decoding.next()).value ?? []).toString()
    assert.equal(text, 'a UNAUTHENTICATE\r\n')
    assert.equal(Buffer.from(one.takeBack()).toString(), 'b LOGIN x y\r\n')
  })
}

test('empty flushes say nothing', async t => {
  const one = layer(t)
  assert.equal((await decoded(one, Buffer.concat(Array.from({ length: 2_000 }, () => flushed(''))))).length, 0)
  assert.equal(`${await decoded(one, flushed('a'))}`, 'a')
})

test('what is no DEFLATE, or stands behind its end, is refused', async t => {
  await assert.rejects(decoded(layer(t), Buffer.from('b NOOP\r\n')), /no DEFLATE/)
  await assert.rejects(decoded(layer(t), Buffer.concat([deflateRawSync('a'), Buffer.from('b')])), /has ended/)
  const one = layer(t)
  assert.equal(`${await decoded(one, deflateRawSync('a'))}`, 'a')
  await assert.rejects(decoded(one, flushed('b')), /has ended/)
})

test('whoever waits on a layer that is closed is told', async t => {
  const one = layer(t)
  one.close()
  await assert.rejects(one.encode(Buffer.from('a'), false))
})
