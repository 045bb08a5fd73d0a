import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeUtf7, encodeUtf7 } from './utf7.ts'

const rows: [name: string, text: string][] = [
  // RFC 3501 §5.1.3
  ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
  ['Tom & Jerry', 'Tom &- Jerry'],
  ['&', '&-'],
  ['Entwürfe', 'Entw&APw-rfe'],
  ['😀', '&2D3eAA-'],
  ['a\tb', 'a&AAk-b'],
  ['', ''],
]

test('names and their modified UTF-7', () => {
  for (const [name, text] of rows) {
    assert.equal(encodeUtf7(name), text)
    assert.equal(decodeUtf7(text), name)
  }
})

test('what is not modified UTF-7 is refused', () => {
  const bad = [
    '&', // no end
    '&U,BTF', // no end
    '&U,BTFw', // no end
    '台北', // not US-ASCII
    '&Jjo!', // not BASE64 (RFC 3501 §5.1.3)
    '&U,BTFw-&ZeVnLIqe-', // a null shift (RFC 3501 §5.1.3)
    '&AGE-', // printable US-ASCII in BASE64
    '&2D0-', // half a surrogate pair
    '&U,BTFx-', // leftover bits
    '&U-', // too few bits
    'a\u0000b',
    'a\nb',
  ]
  for (const text of bad) assert.equal(decodeUtf7(text), null, text)
})

test('every well-formed name comes back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 20 }).filter(name => name.isWellFormed()),
      name => {
        const text = encodeUtf7(name)
        assert.match(text, /^[\x20-\x7e]*$/)
        assert.equal(decodeUtf7(text), name)
      },
    ),
    { seed: 3501, numRuns: 500 },
  )
})

test('what decodes has only one spelling', () => {
  const unit = fc.constantFrom('&', '-', 'A', 'G', 'E', 'w', ',', 'U', '/', 'ü')
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), units => {
      const name = decodeUtf7(units.join(''))
      if (name !== null) assert.equal(encodeUtf7(name), units.join(''))
    }),
    { seed: 5, numRuns: 5000 },
  )
})
