import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { charsetDecoder, charsetExists, decodeText } from './index.ts'

const samples: readonly (readonly [charset: string, hex: string, text: string])[] = [
  ['us-ascii', '61', 'a'],
  ['ANSI_X3.4-1968', '61', 'a'],
  ['us-ascii', 'c3a4', 'ä'],
  ['us-ascii', 'e4', 'ä'],
  ['UTF-8', 'e282ac', '€'],
  ['utf8', 'e282ac', '€'],
  ['"utf-8"', 'e282ac', '€'],
  ['utf-8', '61ff', 'a\ufffd'],
  ['iso-8859-1', 'e4', 'ä'],
  ['latin1', 'e4', 'ä'],
  ['iso-8859-15', 'a4', '€'],
  ['iso-8859-2', 'b1', 'ą'],
  ['iso-8859-8-i', 'e0', 'א'],
  ['windows-1251', 'cff0e8', 'При'],
  ['cp1252', '80', '€'],
  ['koi8-r', 'f0', 'П'],
  ['koi8-u', 'a4', 'є'],
  ['ibm866', '8f', 'П'],
  ['cp850', '84', 'ä'],
  ['cp437', '84', 'ä'],
  ['macintosh', '8a', 'ä'],
  ['tis-620', 'a1', 'ก'],
  ['gb2312', 'd6d0', '中'],
  ['gbk', 'd6d0', '中'],
  ['gb18030', 'd6d0', '中'],
  ['big5', 'a4a4', '中'],
  ['shift_jis', '93fa', '日'],
  ['cp932', '93fa', '日'],
  ['euc-jp', 'c6fc', '日'],
  ['iso-2022-jp', '1b2442467c1b2842', '日'],
  ['iso-2022-jp-2', '1b2442467c1b2842', '日'],
  ['euc-kr', 'c7d1', '한'],
  ['ks_c_5601-1987', 'c7d1', '한'],
  ['iso-2022-kr', '1b2429430e47510f61', '한a'],
  ['hz-gb-2312', '7e7b56507e7d7e7e61', '中~a'],
  ['utf-7', '2b494b772d', '€'],
  ['utf-16le', 'ac20', '€'],
  ['utf-16be', '20ac', '€'],
  ['utf-16', 'feff20ac', '€'],
]

describe('charsets', () => {
  for (const [charset, hex, text] of samples)
    it(`${charset} ${hex}`, () => {
      const octets = Buffer.from(hex, 'hex')
      assert.equal(decodeText(octets, charset), text)
      assert.ok(charsetExists(charset))
      const whole = charsetDecoder(charset)
      assert.ok(whole)
      // What is US-ASCII by name and is not is told only from a whole text.
      if (charset !== 'us-ascii') {
        const decoded = [...octets].map(octet => whole.write(Uint8Array.of(octet))).join('') + whole.end()
        assert.equal(decoded, text)
      }
    })

  it('a line that must not be cut is held at the limit and decoded one past it', () => {
    const decoder = charsetDecoder('utf-7')
    assert.equal(decoder?.write(Buffer.alloc(65_536, 'a')), '')
    assert.equal(decoder?.write(Buffer.from('a'))?.length, 65_537)
  })

  it('unknown ones, and names of other things, are null', () => {
    for (const name of [
      '',
      'x-unknown',
      'base64',
      'hex',
      'binary',
      'constructor',
      '__proto__',
      'toString',
      '_internal',
      'utf-8 x',
      'ä',
      'utf-7-imap',
      '_dbcs',
      '_sbcs',
    ])
      assert.deepEqual([decodeText(Uint8Array.of(97), name), charsetExists(name)], [null, false], name)
  })

  it('any name and octets give text or null', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(...samples.map(([charset]) => charset))),
        fc.uint8Array({ maxLength: 60 }),
        (charset, octets) => {
          const text = decodeText(octets, charset)
          assert.equal(text === null, !charsetExists(charset))
        },
      ),
      { seed: 1, numRuns: 3000 },
    )
  })
})
