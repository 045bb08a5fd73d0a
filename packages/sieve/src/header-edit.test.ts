import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodedText, headerFields } from '@lemonade/mime'
import fc from 'fast-check'
import { encodedPhrase, fieldOf, isFieldName, withField, withFields } from './header-edit.ts'

const text = (octets: Uint8Array) => Buffer.from(octets).toString('latin1')
const octets = (source: string) => Buffer.from(source, 'latin1')

suite('a field', () => {
  test('says what it was given, in lines that mail may have', () => {
    const value = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '\t', 'ü', '😀', '=?', '-', ':', '"'),
      maxLength: 300,
    })
    const name = fc.constantFrom(
      'X',
      'Subject',
      'X-A-Very-Long-Name-Of-A-Field-That-Nearly-Fills-A-Line-By-Itself',
      'Y'.repeat(90),
    )
    const property = fc.property(name, value, (field, given) => {
      const made = fieldOf(field, given) ?? assert.fail()
      const [found] = headerFields(made)
      assert.ok(found !== undefined && found.end === made.length && found.name === field)
      const said = decodedText(made, found).replace(/^[ \t]+|[ \t]+$/g, '')
      assert.equal(said, given.replace(/^[ \t]+|[ \t]+$/g, ''))
      for (const line of text(made).split('\r\n')) {
        assert.ok(line.length <= 998 && !/[^\t -~]/.test(line), line)
        if (line.includes('=?utf-8?B?') && !given.includes('=?')) assert.ok(line.length <= 76, line)
      }
      assert.ok(!/\r\n[ \t]*\r\n/.test(text(made)), 'no line of white space alone')
    })
    fc.assert(property, { seed: 2047, numRuns: 2000 })
  })

  test('a word that no line can hold is encoded', () => {
    const made = text(fieldOf('X', 'x'.repeat(2000)) ?? assert.fail())
    assert.ok(made.startsWith('X: =?utf-8?B?') && made.split('\r\n').every(line => line.length <= 76))
  })

  test('control characters and octets that are no text have no place in it', () => {
    for (const bad of ['\0', '\x07', '\n', '\r', '\x7f', '\x85', '\udc80']) assert.equal(fieldOf('X', `a${bad}b`), null)
  })

  test('names (RFC 5322 §2.2)', () => {
    for (const good of ['X', "!#$%&'*+-.^_`|~", 'y'.repeat(997)]) assert.ok(isFieldName(good), good)
    for (const bad of ['', 'a b', 'a:', 'ü', 'a\r', 'y'.repeat(998)]) assert.ok(!isFieldName(bad), bad)
  })
})

test('a display name is a quoted string or encoded words', () => {
  assert.equal(encodedPhrase('a "b" \\ c'), '"a \\"b\\" \\\\ c"')
  assert.equal(encodedPhrase('ü'), '=?utf-8?B?w7w=?=')
})

suite('a header', () => {
  const field = octets('N: 1\r\n')
  const rows: [header: string, first: string, last: string][] = [
    ['A: b\r\n\r\n', 'N: 1\r\nA: b\r\n\r\n', 'A: b\r\nN: 1\r\n\r\n'],
    ['A: b\r\n c\r\n\r\n', 'N: 1\r\nA: b\r\n c\r\n\r\n', 'A: b\r\n c\r\nN: 1\r\n\r\n'],
    ['A: b\n\n', 'N: 1\r\nA: b\n\n', 'A: b\nN: 1\r\n\n'],
    ['\r\n', 'N: 1\r\n\r\n', 'N: 1\r\n\r\n'],
    ['', 'N: 1\r\n\r\n', 'N: 1\r\n\r\n'],
    ['A: b', 'N: 1\r\nA: b\r\n\r\n', 'A: b\r\nN: 1\r\n\r\n'],
    ['A: b\r\n', 'N: 1\r\nA: b\r\n\r\n', 'A: b\r\nN: 1\r\n\r\n'],
  ]
  for (const [header, first, last] of rows) {
    test(`gets a field: ${JSON.stringify(header)}`, () => {
      assert.equal(text(withField(octets(header), field, false)), first)
      assert.equal(text(withField(octets(header), field, true)), last)
    })
  }

  test('loses fields, and has others in their place', () => {
    const header = octets('A: 1\r\nB: 2\r\nA: 3\r\n\r\n')
    const by = withFields(header, ({ name }) => (name === 'A' ? null : octets('C: 4\r\n')))
    assert.equal(text(by), 'C: 4\r\n\r\n')
    assert.equal(text(withFields(header, () => undefined)), text(header))
    assert.equal(text(withFields(octets('A: 1\r\n\r\n'), () => null)), '\r\n')
  })
})
