import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { No } from '../reply.ts'
import { announced, type Token, tokens } from './line.ts'
import { string } from './print.ts'

const octets = (text: string) => new TextEncoder().encode(text)

function readable(token: Token): unknown {
  switch (token.kind) {
    case 'atom':
      return token.text
    case 'string':
      return [new TextDecoder().decode(token.octets)]
    case 'number':
      return token.value
    case 'literal':
      return { literal: token.octets }
  }
}

const codePoint = fc.oneof(fc.nat(0x2ff), fc.nat(0x10ffff)).map(point => String.fromCodePoint(point))

test('a line into tokens', () => {
  const rows: [line: string, words: unknown[]][] = [
    ['', []],
    ['NOOP', ['NOOP']],
    ['NOOP ""', ['NOOP', ['']]],
    ['NOOP "a b"', ['NOOP', ['a b']]],
    [String.raw`NOOP "a\"b\\c"`, ['NOOP', ['a"b\\c']]],
    ['NOOP "ümlaut 用户"', ['NOOP', ['ümlaut 用户']]],
    ['NOOP "{5+}"', ['NOOP', ['{5+}']]],
    ['NOOP "tab\there"', ['NOOP', ['tab\there']]],
    ['HAVESPACE "a" 0', ['HAVESPACE', ['a'], 0]],
    ['HAVESPACE "a" 4294967295', ['HAVESPACE', ['a'], 4_294_967_295]],
    ['HAVESPACE "a" 4294967296', ['HAVESPACE', ['a'], '4294967296']],
    ['HAVESPACE "a" 007', ['HAVESPACE', ['a'], '007']],
    ['PUTSCRIPT "a" {12+}', ['PUTSCRIPT', ['a'], { literal: 12 }]],
    ['PUTSCRIPT "a" {12}', ['PUTSCRIPT', ['a'], { literal: 12 }]],
    [`NOOP "${'x'.repeat(1024)}"`, ['NOOP', ['x'.repeat(1024)]]],
    [`${'A'.repeat(1024)}`, ['A'.repeat(1024)]],
  ]
  for (const [line, words] of rows) assert.deepEqual(tokens(octets(line)).map(readable), words, line)
})

test('what is no line of a command', () => {
  const rows: [line: string, says: RegExp][] = [
    [' NOOP', /one space/],
    ['NOOP ', /one space/],
    ['NOOP  ""', /one space/],
    ['NOOP "a""b"', /separated by a space/],
    ['NOOP "a', /does not end/],
    ['NOOP "', /does not end/],
    [String.raw`NOOP "a\nb"`, /backslash/],
    ['NOOP "a\\', /backslash/],
    ['NOOP "a\0b"', /NUL/],
    ['NOOP "a\rb"', /CR/],
    ['NOOP (a)', /neither/],
    ['NOOP a"b"', /neither/],
    ['NOOP {+}', /neither/],
    ['NOOP {-1}', /neither/],
    ['NOOP {1', /neither/],
    ['NOOP {5+} "a"', /Nothing follows/],
    ['NOOP ü', /neither/],
    ['NOOP \u0001', /neither/],
    [`NOOP "${'x'.repeat(1025)}"`, /at most 1024 octets/],
    [`NOOP "${'ü'.repeat(513)}"`, /at most 1024 octets/],
    [`${'A'.repeat(1025)}`, /neither/],
  ]
  for (const [line, says] of rows) {
    assert.throws(
      () => tokens(octets(line)),
      (error: unknown) => error instanceof No && says.test(error.message),
      line,
    )
  }
})

test('a literal is seen at the end of a broken line too', () => {
  const rows: [line: string, literal: number | null][] = [
    ['BROKEN ( {5+}', 5],
    ['BROKEN "{5}', 5],
    ['{0+}', 0],
    ['BROKEN {5+} ', null],
    ['BROKEN {x+}', null],
    ['BROKEN {1234567890123456+}', null],
    ['BROKEN', null],
    ['', null],
  ]
  for (const [line, literal] of rows) assert.equal(announced(octets(line)), literal, line)
})

test('a string is read as it was printed, where it is quoted', () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint, maxLength: 30 }), text => {
      const printed = string(text)
      if (printed.startsWith('{')) {
        assert(/[\0\r\n]/.test(text))
        assert.equal(printed, `{${Buffer.byteLength(text)}}\r\n${text}`)
      } else if (text.isWellFormed()) {
        assert.deepEqual(tokens(octets(printed)).map(readable), [[text]])
      }
    }),
    { seed: 1, numRuns: 500 },
  )
  assert.match(string('x'.repeat(1024)), /^"/)
  assert.match(string('x'.repeat(1025)), /^\{1025\}/)
  assert.match(string('"'.repeat(513)), /^\{513\}/)
})

test('any line is tokens or a refusal', () => {
  const word = fc.constantFrom('NOOP', ' ', '"', '\\', '{', '}', '+', '5', '(', 'ü', '\0', '\r', 'a', '007', '""')
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), words => {
      try {
        for (const token of tokens(octets(words.join('')))) assert(token.kind.length > 0)
      } catch (error) {
        assert(error instanceof No)
      }
    }),
    { seed: 2, numRuns: 3_000 },
  )
})
