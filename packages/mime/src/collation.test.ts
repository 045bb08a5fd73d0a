import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareKeys, decodeWords, sortKey, unicodeCasemap } from './index.ts'

describe('i;unicode-casemap (RFC 5051)', () => {
  for (const [text, key] of [
    ['hello, World 1', 'HELLO, WORLD 1'],
    // RFC 5051 §2: U+01C4 becomes U+0044 U+007A U+030C.
    ['\u01c4', 'D\u007a\u030c'],
    ['\u01c5', 'D\u007a\u030c'],
    ['\u01c6', 'D\u007a\u030c'],
    ['grün', 'GRU\u0308N'],
    ['GRÜN', 'GRU\u0308N'],
    // No simple titlecase: a sharp s stays.
    ['straße', 'STRAßE'],
    // The letters of a decomposition are not titlecased.
    ['\ufb01', 'fi'],
    ['ａ', 'A'],
    ['\u00b5', '\u039c'],
    ['\u03c2', '\u03a3'],
    ['\u1fb3', '\u0391\u0345'],
    ['\u1f80', '\u0391\u0313\u0345'],
    ['\u10d0', '\u10d0'],
    ['한국', '한국'],
    ['日本', '日本'],
    ['\u{10428}', '\u{10400}'],
    ['\ud800', '\ud800'],
    ['', ''],
  ] as const)
    it(JSON.stringify(text), () => assert.equal(unicodeCasemap(text), key))

  it('orders as i;octet orders UTF-8', () => {
    const keys = [
      '',
      'A',
      'AB',
      'B',
      '\u0080',
      '\u07ff',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
      '\u{10ffff}A',
    ]
    for (const a of keys)
      for (const b of keys)
        assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)), `${a} ${b}`)
  })
})

describe('sort keys (RFC 5255 §4.6)', () => {
  const word = (charset: string, octets: string) => {
    const q = octets.replace(/ ?%x/g, '=')
    return decodeWords(`=?${charset}?q?${q}?=`)
  }
  it("sorts what a charset could not say last: the RFC's example", () => {
    const texts = [
      word('UTF-8', '%xD0 %xC0 %xD0 %xBD %xD0 %xB4 %xD1 %x80 %xD0 %xB5 %xD0 %xB9'),
      word('UTF-8', '%xD1 %x81 %xD0 %x95 %xD0 %xA0 %xD0 %x93 %xD0 %x95 %xD0 %x99'),
      word('UTF-8', '%xD0 %x92 %xD0 %xB0 %xD1 %x81 %xD0 %xB8 %xD0 %xBB %xD0 %xB8 %xFF %xB9'),
      word('KOI8-R', '%xE1 %xCC %xC5 %xCB %xD3 %xC5 %xCA'),
    ]
    const keys = texts.map(sortKey)
    const order = [1, 2, 3, 4].toSorted((a, b) => compareKeys(keys[a - 1] as string, keys[b - 1] as string))
    assert.deepEqual(order, [4, 2, 3, 1])
  })
  it('sorts words of unknown charsets last', () => {
    assert.ok(compareKeys(sortKey(decodeWords('=?x-nobody?q?a?=')), sortKey('z\u00e4')) > 0)
    assert.equal(sortKey('what =?'), 'WHAT =?')
  })
})
