import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareKeys, unicodeCasemap } from './index.ts'

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
