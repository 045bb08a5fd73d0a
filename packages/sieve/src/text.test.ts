import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { fromOctets, isUnicode, textOf, toOctets } from './text.ts'

const octets = fc.uint8Array({ maxLength: 40 })
const biased = fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff), {
  maxLength: 12,
})

function binary(values: Iterable<number>): string {
  return String.fromCharCode(...values)
}

suite('octets and text', () => {
  test('any octets survive as text', () => {
    const property = fc.property(fc.oneof(octets, biased), values => {
      assert.equal(toOctets(fromOctets(binary(values))), binary(values))
    })
    fc.assert(property, { seed: 1, numRuns: 3000 })
  })

  test('valid UTF-8 is what the platform makes of it', () => {
    const property = fc.property(fc.string({ unit: 'binary' }), text => {
      const bytes = Buffer.from(text)
      assert.equal(textOf(bytes), text)
      assert.equal(toOctets(text), binary(bytes))
    })
    fc.assert(property, { seed: 2, numRuns: 1000 })
  })

  test('what the platform refuses is not taken for UTF-8', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const property = fc.property(biased, values => {
      const valid = (() => {
        try {
          decoder.decode(Uint8Array.from(values))
          return true
        } catch {
          return false
        }
      })()
      assert.equal(isUnicode(fromOctets(binary(values))), valid)
    })
    fc.assert(property, { seed: 3, numRuns: 3000 })
  })

  test('a surrogate that stands for no octet becomes a replacement character', () => {
    assert.equal(fromOctets(toOctets('a\ud800b')), 'a\ufffdb')
  })
})
