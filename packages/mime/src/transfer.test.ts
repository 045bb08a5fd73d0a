import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isKnownEncoding, TransferDecoder, UnknownEncoding } from './index.ts'

function decode(encoding: string, ...pieces: readonly string[]): string {
  const decoder = new TransferDecoder(encoding)
  const decoded = pieces.map(piece => Buffer.from(decoder.write(Buffer.from(piece, 'latin1'))).toString('latin1'))
  return decoded.join('') + Buffer.from(decoder.end()).toString('latin1')
}

describe('quoted-printable', () => {
  for (const [encoded, decoded] of [
    // RFC 2045 §6.7, the example.
    [
      "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
      "Now's the time for all folk to come to the aid of their country.",
    ],
    ['=E4=e4', '\xe4\xe4'],
    ['a=3D', 'a='],
    ['a= \t\r\nb', 'ab'],
    ['a=\nb', 'ab'],
    ['a \t\r\nb', 'a\r\nb'],
    ['a b', 'a b'],
    ['a \n', 'a\n'],
    ['a ', 'a'],
    ['a=', 'a'],
    ['a= ', 'a'],
    ['a=\r\n', 'a'],
    ['a=X1', 'a=X1'],
    ['a=4', 'a=4'],
    ['a== b', 'a== b'],
    ['a=\rb', 'a=\rb'],
    ['a \rb', 'a \rb'],
    ['\xe4', '\xe4'],
    ['', ''],
  ] as const)
    it(JSON.stringify(encoded), () => assert.equal(decode('quoted-printable', encoded), decoded))

  it('white space at the end of a line is held at the limit and stays one past it', () => {
    assert.equal(decode('quoted-printable', `a${' '.repeat(1024)}\n`), 'a\n')
    assert.equal(decode('quoted-printable', `a${' '.repeat(1025)}\n`), `a${' '.repeat(1025)}\n`)
  })
})

describe('base64', () => {
  for (const [encoded, decoded] of [
    // RFC 4648 §10.
    ['', ''],
    ['Zg==', 'f'],
    ['Zm8=', 'fo'],
    ['Zm9v', 'foo'],
    ['Zm9vYg==', 'foob'],
    ['Zm9vYmE=', 'fooba'],
    ['Zm9vYmFy', 'foobar'],
    ['Zm9v\r\nYmFy\r\n', 'foobar'],
    ['Zg', 'f'],
    ['Zm8', 'fo'],
    ['Z', ''],
    ['Zg==Zg==', 'ff'],
    ['Z!m-9_v', 'foo'],
    ['====', ''],
  ] as const)
    it(JSON.stringify(encoded), () => assert.equal(decode('base64', encoded), decoded))
})

describe('transfer encodings', () => {
  it('7bit, 8bit and binary are identities, in any case', () => {
    for (const encoding of ['7bit', '8BIT', 'Binary']) assert.equal(decode(encoding, 'a=3D', '\xe4\0'), 'a=3D\xe4\0')
  })

  it('an unknown one is an error that names it', () => {
    for (const encoding of ['x-uuencode', '', 'constructor', '7bit;']) {
      assert.throws(
        () => new TransferDecoder(encoding),
        (error: Error) => error instanceof UnknownEncoding && error.encoding === encoding,
      )
      assert.equal(isKnownEncoding(encoding), false)
    }
  })

  it('pieces of any size decode to the same, from octets that are reused', () => {
    const encoded = fc
      .array(
        fc.constantFrom('=', '=3', '3D', ' ', '\t', '\r\n', '\n', '\r', 'A', 'Zg', '==', ' '.repeat(600), '\xff'),
        { maxLength: 30 },
      )
      .map(words => words.join(''))
    fc.assert(
      fc.property(
        fc.constantFrom('base64', 'quoted-printable'),
        encoded,
        fc.array(fc.nat(), { maxLength: 8 }),
        (encoding, text, cuts) => {
          const decoder = new TransferDecoder(encoding)
          let decoded = ''
          let at = 0
          for (const cut of [...cuts.map(cut => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length]) {
            const piece = Buffer.from(text.slice(at, cut), 'latin1')
            decoded += Buffer.from(decoder.write(piece)).toString('latin1')
            piece.fill(33)
            at = cut
          }
          decoded += Buffer.from(decoder.end()).toString('latin1')
          assert.equal(decoded, decode(encoding, text))
        },
      ),
      { seed: 1, numRuns: 3000 },
    )
  })

  it('decoding undoes encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), octets => {
        const buffer = Buffer.from(octets)
        const lines = buffer.toString('base64').replace(/.{76}/g, '$&\r\n')
        assert.equal(decode('base64', lines), buffer.toString('latin1'))
        const quoted = [...octets].map(octet => `=${octet.toString(16).padStart(2, '0').toUpperCase()}`)
        assert.equal(decode('quoted-printable', quoted.join('=\r\n')), buffer.toString('latin1'))
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('50 MB without line breaks or with nothing but white space are not held', () => {
    for (const [encoding, char] of [
      ['quoted-printable', ' '],
      ['quoted-printable', '='],
      ['base64', '='],
      ['base64', 'A'],
    ] as const) {
      const decoder = new TransferDecoder(encoding)
      const piece = Buffer.alloc(1_000_000, char)
      let octets = 0
      for (let count = 0; count < 20; count++) octets += decoder.write(piece).length
      // Held are a run of white space at most, or a group.
      const held = decoder.end().length
      assert.ok(held <= 1024, `${held}`)
      if (char === 'A') assert.equal(octets, 15_000_000)
    }
  })
})
