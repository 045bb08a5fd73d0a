import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Base64Parts, NulFinder } from './nul.ts'
import { parseMessage } from './parse.ts'
import { TransferDecoder } from './transfer.ts'
import type { Part } from './tree.ts'

const octetsOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

function inPieces(octets: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < octets.length; at += size) pieces.push(octets.subarray(at, at + size))
  return pieces
}

function found(text: string, size = 7): readonly Part[] | null {
  const octets = octetsOf(text)
  const finder = new NulFinder(parseMessage(octets))
  for (const piece of inPieces(octets, size)) finder.write(piece)
  return finder.parts()
}

function encoded(text: string, size = 5): string {
  const encoder = new Base64Parts(found(text) ?? [])
  const out = inPieces(octetsOf(text), size).flatMap(piece => [...encoder.write(piece)])
  return Buffer.concat(out).toString('latin1')
}

const multipart = (...parts: string[]) =>
  `Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`

test('where a message holds NULs', () => {
  const rows: readonly (readonly [string, number | null])[] = [
    ['A: b\r\n\r\nno NUL\r\n', 0],
    ['A: b\r\n\r\none\0\r\n', 1],
    [multipart('\r\none\0', '\r\nnone', 'Content-Transfer-Encoding: binary\r\n\r\n\0\0two\0'), 2],
    ['A: \0\r\n\r\nx\r\n', null],
    [multipart('\r\nx').replace('preamble', 'pre\0amble'), null],
    [multipart('Content-Transfer-Encoding: base64\r\n\r\n\0'), null],
    [multipart('Content-Transfer-Encoding: x-unknown\r\n\r\n\0'), null],
    [multipart('A: \0\r\n\r\n\0'), null],
  ]
  for (const [text, parts] of rows) {
    for (const size of [1, 7, 10_000]) assert.equal(found(text, size)?.length ?? null, parts, text)
  }
})

test('parts go under base64, and their headers say so', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nX: y\r\n\r\na\0b',
      'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nX: y\r\n\r\nYQBi',
    ],
    ['X: y\r\n\r\na\0b', 'X: y\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBi'],
    ['\r\na\0b', 'Content-Transfer-Encoding: base64\r\n\r\nYQBi'],
    [
      multipart('\r\nplain', 'Content-Type: image/png\r\ncontent-transfer-encoding:\r\n BINARY\r\n\r\na\0b'),
      multipart('\r\nplain', 'Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBi'),
    ],
    [multipart('\r\n\0'), multipart('Content-Transfer-Encoding: base64\r\n\r\nAA==')],
    ['no header at all \0', 'Content-Transfer-Encoding: base64\r\n\r\nbm8gaGVhZGVyIGF0IGFsbCAA'],
    ['X: y\r\n\r\nno NUL', 'X: y\r\n\r\nno NUL'],
  ]
  for (const [text, expected] of rows) {
    for (const size of [1, 5, 10_000]) assert.equal(encoded(text, size), expected)
  }
})

test('whatever is encoded decodes to what it was, and all else stays', () => {
  const body = fc.string({ unit: fc.constantFrom('\0', 'a', ' ', '\r\n', '\n', '\xff', '-', '='), maxLength: 300 })
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 200 }), (bodies, size) => {
      const before = multipart(...bodies.map(text => `Content-Transfer-Encoding: binary\r\n\r\n${text}`))
      const octets = octetsOf(before)
      const old = parseMessage(octets)
      const after = octetsOf(encoded(before, size))
      const now = parseMessage(after)
      assert.equal(now.parts.length, old.parts.length)
      for (const [at, part] of now.parts.entries()) {
        const decoder = new TransferDecoder(part.encoding)
        const decoded = Buffer.concat([decoder.write(after.subarray(part.bodyStart, part.end)), decoder.end()])
        const was = old.parts[at] as Part
        assert.deepEqual(decoded, Buffer.from(octets.subarray(was.bodyStart, was.end)))
      }
      assert.ok(!after.includes(0))
    }),
    { seed: 5, numRuns: 300 },
  )
})
