import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWritable } from './charsets.ts'
import { encodingOf } from './encoding.ts'
import { Refusal } from './run/tools.ts'
import { encodeText, textOf } from './worker/charset.ts'

/** A letter of each charset that RFC 5259 §7.1 names, and its octet. */
const mandatory: readonly (readonly [string, number, string])[] = [
  ['iso-8859-1', 0xe4, 'ä'],
  ['iso-8859-2', 0xb1, 'ą'],
  ['iso-8859-3', 0xb1, 'ħ'],
  ['iso-8859-4', 0xb1, 'ą'],
  ['iso-8859-5', 0xb1, 'Б'],
  ['iso-8859-6', 0xc7, 'ا'],
  ['iso-8859-7', 0xe1, 'α'],
  ['iso-8859-8', 0xe0, 'א'],
  ['iso-8859-15', 0xa4, '€'],
]

for (const [charset, octet, letter] of mandatory) {
  test(`${charset} to UTF-8 and back (RFC 5259 §7.1)`, () => {
    const text = textOf(Buffer.from([0x61, octet, 0x0d, 0x0a]), charset)
    assert.equal(encodeText(text, 'utf-8', undefined).toString('utf8'), `a${letter}\r\n`)
    assert.deepEqual([...encodeText(text, charset, undefined)], [0x61, octet, 0x0d, 0x0a])
  })
}

test('a character that the charset has not fails the conversion and names charset', () => {
  assert.throws(
    () => encodeText('naïve', 'us-ascii', undefined),
    (error: unknown) => {
      assert(error instanceof Refusal)
      assert.deepEqual(error.parameters, ['charset'])
      return true
    },
  )
})

test('with a replacement it is replaced, once a character', () => {
  assert.equal(encodeText('naïve 😀 é', 'us-ascii', '?').toString('latin1'), 'na?ve ? ?')
  assert.equal(encodeText('a€b', 'iso-8859-1', '').toString('latin1'), 'ab')
  assert.equal(encodeText('€', 'iso-8859-1', 'EUR').toString('latin1'), 'EUR')
})

test('a replacement that the charset has not fails too, and is what is named (RFC 5259 §7.1)', () => {
  assert.throws(
    () => encodeText('ascii', 'us-ascii', 'é'),
    (error: unknown) => {
      assert(error instanceof Refusal)
      assert.deepEqual(error.parameters, ['unknown-character-replacement'])
      return true
    },
  )
})

test('charsets of the east go both ways', () => {
  for (const charset of ['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr', 'koi8-r', 'windows-1251']) {
    assert(isWritable(charset), charset)
  }
  assert.equal(textOf(encodeText('日本', 'shift_jis', undefined), 'shift_jis'), '日本')
})

test('what is no charset of mail text cannot be asked for', () => {
  for (const name of [
    'base64',
    'hex',
    'binary',
    'utf-16',
    'utf-16le',
    'utf-32',
    'ucs2',
    '',
    'x',
    '__proto__',
    'a'.repeat(99),
  ]) {
    assert(!isWritable(name), name)
  }
})

test('text that says no charset is what it looks like; an unknown charset is refused; a byte order mark goes', () => {
  assert.equal(textOf(Buffer.from('é'), ''), 'é')
  assert.equal(textOf(Buffer.from('\ufeffé'), 'utf-8'), 'é')
  assert.throws(() => textOf(Buffer.from('x'), 'x-none'), Refusal)
})

test('the encoding is the narrowest under which octets can stand as they are', () => {
  assert.equal(encodingOf(Buffer.from('a\r\nb')), '7bit')
  assert.equal(encodingOf(Buffer.from('ä\r\n')), '8bit')
  for (const text of ['a\nb', 'a\rb', 'a\0', '\n']) assert.equal(encodingOf(Buffer.from(text)), 'binary', text)
  assert.equal(encodingOf(Buffer.from(`${'a'.repeat(998)}\r\n`)), '7bit')
  assert.equal(encodingOf(Buffer.from(`${'a'.repeat(999)}\r\n`)), 'binary')
  assert.equal(encodingOf(Buffer.from('a'.repeat(999))), 'binary')
  assert.equal(encodingOf(Buffer.alloc(0)), '7bit')
})
