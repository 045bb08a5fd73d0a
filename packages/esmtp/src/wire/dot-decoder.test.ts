import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DataFlaw, DotDecoder } from './dot-decoder.ts'

/** Decodes pieces; `rest` is what came behind the end, null where there was none. */
function decode(pieces: readonly string[], lineLimit = 1000) {
  const decoder = new DotDecoder(lineLimit)
  let text = ''
  let rest: string | null = null
  for (const piece of pieces) {
    if (rest !== null) {
      rest += piece
      continue
    }
    const decoded = decoder.write(Buffer.from(piece, 'latin1'))
    text += Buffer.from(decoded.octets).toString('latin1')
    rest = decoded.rest === null ? null : Buffer.from(decoded.rest).toString('latin1')
  }
  return { text, rest, flaw: decoder.flaw }
}

const rows: readonly [name: string, wire: string, text: string, rest: string | null, flaw: DataFlaw | null][] = [
  ['an empty message', '.\r\n', '', '', null],
  ['a message of an empty line', '\r\n.\r\n', '\r\n', '', null],
  ['a line and the end', 'a\r\n.\r\n', 'a\r\n', '', null],
  ['what is pipelined behind the end', 'a\r\n.\r\nQUIT\r\n', 'a\r\n', 'QUIT\r\n', null],
  ['a stuffed dot', '..\r\n...a\r\n.\r\n', '.\r\n..a\r\n', '', null],
  ['an unstuffed dot, which goes too (RFC 5321 §4.5.2)', '.a\r\n.\r\n', 'a\r\n', '', null],
  ['dots within lines', 'a.\r\n a..b\r\n.\r\n', 'a.\r\n a..b\r\n', '', null],
  ['no end', 'a\r\nb', 'a\r\nb', null, null],
  ['a bare CR in a line', 'a\rb\r\n.\r\n', 'a\rb\r\n', '', null],
  ['CR CR LF', 'a\r\r\n.\r\n', 'a\r\r\n', '', null],
  ['LF.LF ends nothing', 'a\n.\nMAIL\r\n.\r\n', 'a\n.\nMAIL\r\n', '', 'bare-newline'],
  ['LF.CRLF ends nothing', 'a\n.\r\nMAIL\r\n.\r\n', 'a\n.\r\nMAIL\r\n', '', 'bare-newline'],
  ['CRLF.LF ends nothing', 'a\r\n.\nMAIL\r\n.\r\n', 'a\r\n\nMAIL\r\n', '', 'bare-newline'],
  ['CRLF.CR ends nothing', 'a\r\n.\rMAIL\r\n.\r\n', 'a\r\n\rMAIL\r\n', '', 'stray-dot'],
  ['CR.CR ends nothing', 'a\r.\rMAIL\r\n.\r\n', 'a\r.\rMAIL\r\n', '', 'stray-dot'],
  ['CR.CRLF ends nothing', 'a\r.\r\nMAIL\r\n.\r\n', 'a\r.\r\nMAIL\r\n', '', 'stray-dot'],
  ['CR.LF ends nothing', 'a\r.\nMAIL\r\n.\r\n', 'a\r.\nMAIL\r\n', '', 'bare-newline'],
  ['.LF at the start ends nothing', '.\nMAIL\r\n.\r\n', '\nMAIL\r\n', '', 'bare-newline'],
  ['NUL.CRLF ends nothing', 'a\0.\r\nb\r\n.\r\n', 'a\0.\r\nb\r\n', '', null],
  ['a bare LF somewhere', 'a\nb\r\n.\r\n', 'a\nb\r\n', '', 'bare-newline'],
  ['a flaw behind the end is not this message’s', 'a\r\n.\r\nb\n.\n\r.\r', 'a\r\n', 'b\n.\n\r.\r', null],
]

for (const [name, wire, text, rest, flaw] of rows) {
  test(`data: ${name}`, () => {
    assert.deepEqual(decode([wire]), { text, rest, flaw })
    assert.deepEqual(decode([...wire]), { text, rest, flaw }, 'octet by octet')
  })
}

test('data: a line at the limit and one octet over it', () => {
  assert.equal(decode([`${'x'.repeat(98)}\r\n.\r\n`], 100).flaw, null)
  assert.equal(decode([`${'x'.repeat(99)}\r\n.\r\n`], 100).flaw, 'line-too-long')
  assert.equal(decode(['x'.repeat(60), 'x'.repeat(38), '\r\n.\r\n'], 100).flaw, null)
  assert.equal(decode(['x'.repeat(60), 'x'.repeat(39), '\r\n.\r\n'], 100).flaw, 'line-too-long')
  assert.equal(decode(['x'.repeat(60), 'x'.repeat(60)], 100).flaw, 'line-too-long')
})

/** Octets that matter, and one that does not. */
const alphabet = fc
  .array(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', 'x'), { maxLength: 40 })
  .map(a => a.join(''))

test('data: however it is cut, it means the same; the end is the first CRLF.CRLF', () => {
  fc.assert(
    fc.property(alphabet, fc.array(fc.nat(60), { maxLength: 6 }), (wire, cuts) => {
      const places = [...new Set([0, ...cuts.filter(at => at < wire.length), wire.length])].sort((a, b) => a - b)
      const pieces = places.slice(1).map((end, i) => wire.slice(places[i], end))
      const whole = decode([wire])
      const end = `\r\n${wire}`.indexOf('\r\n.\r\n')
      assert.equal(whole.rest, end === -1 ? null : wire.slice(end + 3))
      const inPieces = decode(pieces)
      assert.deepEqual(
        { rest: inPieces.rest, text: whole.rest === null ? '' : inPieces.text, flaw: inPieces.flaw !== null },
        { rest: whole.rest, text: whole.rest === null ? '' : whole.text, flaw: whole.flaw !== null },
      )
      if (/(?<!\r)\n/.test(end === -1 ? wire : wire.slice(0, end))) assert.notEqual(whole.flaw, null)
    }),
    { seed: 5321, numRuns: 4000 },
  )
})

test('data: what is stuffed comes out as it went in', () => {
  const lines = fc.array(fc.stringMatching(/^[.x\r]{0,5}x?$/), { maxLength: 12 }).map(a => a.map(l => `${l}x`))
  fc.assert(
    fc.property(lines, message => {
      const text = message.map(line => `${line}\r\n`).join('')
      const wire = `${message.map(line => `${line.replace(/^\./, '..')}\r\n`).join('')}.\r\n`
      const decoded = decode([wire])
      assert.equal(decoded.text, text)
      assert.equal(decoded.rest, '')
    }),
    { seed: 4, numRuns: 1000 },
  )
})
