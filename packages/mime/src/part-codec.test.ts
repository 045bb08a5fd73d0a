import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodePart, encodePart, type Part, parseMessage } from './index.ts'
import { crlf } from './testing/messages.ts'

const offset = fc.integer({ min: 0, max: 2 ** 40 })
const string = fc.oneof(
  fc.constantFrom('text', 'plain', 'charset', 'utf-8', ''),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)
const nullable = fc.option(string, { nil: null })
const params = fc.array(fc.tuple(string, string), { maxLength: 3 })

const anyPart: fc.Arbitrary<Part> = fc.letrec<{ part: Part }>(tie => ({
  part: fc
    .record({
      offsets: fc.tuple(offset, offset, offset),
      bodyLines: offset,
      type: string,
      subtype: string,
      params,
      id: nullable,
      description: nullable,
      encoding: string,
      md5: nullable,
      disposition: fc.option(fc.record({ type: string, params }), { nil: null }),
      language: fc.array(string, { maxLength: 2 }),
      location: nullable,
      parts: fc.oneof({ maxDepth: 2 }, fc.constant<Part[]>([]), fc.array(tie('part'), { maxLength: 2 })),
      envelope: fc.option(fc.uint8Array(), { nil: null }),
      problem: fc.constantFrom(null, 'no-boundary' as const, 'too-many-parts' as const),
    })
    .map(({ offsets, envelope, problem, ...rest }): Part => {
      const [headerStart, bodyStart, end] = offsets.toSorted((a, b) => a - b) as [number, number, number]
      return {
        headerStart,
        bodyStart,
        end,
        ...rest,
        parts: rest.parts.map(part => shifted(part, headerStart)),
        ...(envelope === null ? {} : { envelope }),
        ...(problem === null ? {} : { problem }),
      }
    }),
})).part

function shifted(part: Part, by: number): Part {
  const { headerStart, bodyStart, end, parts } = part
  return {
    ...part,
    headerStart: headerStart + by,
    bodyStart: bodyStart + by,
    end: end + by,
    parts: parts.map(child => shifted(child, by)),
  }
}

describe('encoded parts', () => {
  it('decode to what they were', () => {
    fc.assert(
      fc.property(anyPart, part =>
        assert.deepEqual(JSON.stringify(decodePart(encodePart(part))), JSON.stringify(inOrder(part))),
      ),
      { seed: 1, numRuns: 500 },
    )
  })

  it('of a plain message take a few octets', () => {
    const part = parseMessage(crlf('Content-Type: text/plain; charset=utf-8\n\nbody\n'))
    assert.ok(encodePart(part).length < 20)
  })

  it('stay readable: octets of version 1', () => {
    const part = parseMessage(
      crlf(
        'Content-Type: multipart/mixed; boundary=xyz\n\n--xyz\nContent-Disposition: inline\nContent-Type: message/rfc822\n\nSubject: s\n\nhi\n--xyz--\n',
      ),
    )
    const stored = [
      '0100002f5f081b1d1101270678797a0108363d1002434511002b0001403d0e020001031101070b29',
      '284e494c20227322204e494c204e494c204e494c204e494c204e494c204e494c204e494c204e494c',
      '2900',
    ].join('')
    assert.equal(Buffer.from(encodePart(part)).toString('hex'), stored)
    assert.deepEqual(decodePart(Buffer.from(stored, 'hex')), part)
  })

  it('that are damaged throw a RangeError or decode, and never anything else', () => {
    const octets = encodePart(
      parseMessage(crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Language: de\n\na\n--b--\n')),
    )
    const attempt = (damaged: Uint8Array): void => {
      try {
        decodePart(damaged)
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error))
      }
    }
    for (let end = 0; end < octets.length; end++) assert.throws(() => decodePart(octets.subarray(0, end)), RangeError)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat({ max: octets.length - 1 }),
        fc.nat({ max: 255 }),
        (any, at, octet) => {
          attempt(any)
          attempt(octets.with(at, octet))
        },
      ),
      { seed: 1, numRuns: 2000 },
    )
  })
})

/** With the fields in the order in which `decodePart` has them. */
function inOrder(part: Part): Part {
  const { headerStart, bodyStart, end, bodyLines, type, subtype, params, id, description, encoding, md5 } = part
  const { disposition, language, location, parts, envelope, problem } = part
  return {
    ...{ headerStart, bodyStart, end, bodyLines, type, subtype, params, id, description, encoding, md5 },
    ...{ disposition, language, location, parts: parts.map(inOrder) },
    ...(envelope === undefined ? {} : { envelope }),
    ...(problem === undefined ? {} : { problem }),
  }
}
