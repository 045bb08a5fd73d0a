import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Part, parseMessage } from '@lemonade/mime'
import fc from 'fast-check'
import { Edition, type PartPath, type Piece, partAt } from './edition.ts'
import { messageOf } from './message.ts'

const text = (octets: Uint8Array) => Buffer.from(octets).toString('latin1')

function editionOf(source: string): Edition {
  const octets = Buffer.from(source, 'latin1')
  const structure = parseMessage(octets)
  return Edition.of(messageOf(octets.subarray(0, structure.bodyStart), octets.length, structure)) ?? assert.fail()
}

function written(pieces: readonly Piece[], source: string): string {
  return pieces
    .map(piece => (piece instanceof Uint8Array ? text(piece) : source.slice(piece.start, piece.end)))
    .join('')
}

/** What of a tree is about places and kinds. */
function shape({ headerStart, bodyStart, end, type, subtype, parts }: Part): unknown {
  return { headerStart, bodyStart, end, type, subtype, parts: parts.map(shape) }
}

const leaf = (type: string, body: string) => `Content-Type: ${type}\r\n\r\n${body}`
const multipart = (boundary: string, ...parts: string[]) =>
  `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${parts.map(part => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
const source = `Subject: a\r\n${multipart('b', leaf('text/plain', 'one'), leaf('message/rfc822', `Subject: in\r\n${multipart('c', leaf('text/html', 'two'), leaf('image/png', 'three'))}`), leaf('text/plain', 'four'))}`

/** The ways to all parts. */
function* paths(part: Part, path: PartPath = []): Generator<PartPath> {
  yield path
  for (const [index, inner] of part.parts.entries()) yield* paths(inner, [...path, index])
}

suite('an edition', () => {
  test('has the octets and the tree that parsing what it stands for gives, whatever part is replaced', () => {
    const edition = editionOf(source)
    const entities = [leaf('text/plain', 'new'), multipart('n', leaf('text/plain', 'x')), leaf('text/csv', '')]
    for (const path of paths(edition.structure as Part)) {
      for (const entity of entities) {
        const next = edition.withPart(path, Buffer.from(entity))
        const octets = written(next.pieces, source)
        assert.equal(next.octets, octets.length)
        assert.deepEqual(shape(next.structure as Part), shape(parseMessage(Buffer.from(octets))), `${path}: ${entity}`)
      }
    }
  })

  test('keeps its tree in place when its header grows and shrinks', () => {
    const edition = editionOf(source)
    for (const field of ['', 'X: y\r\n', `X: ${'y'.repeat(500)}\r\n`]) {
      const header = Buffer.from(`${field}${multipart('b').split('\r\n')[0]}\r\n\r\n`)
      const next = edition.withHeader(header)
      const octets = written(next.pieces, source)
      assert.equal(text(next.header), header.toString())
      assert.deepEqual(shape(next.structure as Part), shape(parseMessage(Buffer.from(octets))))
    }
  })

  test('is enclosed as it is, and its parts go along', () => {
    const edition = editionOf(source)
    const next = edition.enclosedIn(
      Buffer.from(multipart('x', leaf('text/plain', 'see below'), leaf('message/rfc822', ''))),
      [1, 0],
    )
    const octets = written(next.pieces, source)
    assert.ok(octets.includes(source))
    assert.deepEqual(shape(next.structure as Part), shape(parseMessage(Buffer.from(octets))))
    assert.equal(next.pieces.filter(piece => !(piece instanceof Uint8Array)).length, 1)
  })

  test('is not to be had where the header is not whole, or not shown', () => {
    const octets = Buffer.from(source)
    const structure = parseMessage(octets)
    assert.equal(Edition.of(messageOf(octets.subarray(0, 10), octets.length, structure)), null)
    const { fieldOctets: _, ...message } = messageOf(octets.subarray(0, structure.bodyStart), octets.length, structure)
    assert.equal(Edition.of(message), null)
  })

  test('after any edits reads like a string that was edited the same way', () => {
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('header'), size: fc.nat(40) }),
      fc.record({ kind: fc.constant('part'), size: fc.nat(40) }),
    )
    const property = fc.property(fc.array(edit, { maxLength: 8 }), fc.nat(), fc.nat(), (edits, from, length) => {
      let edition = editionOf(source)
      let model = source
      for (const { kind, size } of edits) {
        const all = [...paths(edition.structure as Part)]
        const path = all[size % all.length] as PartPath
        const part = partAt(edition.structure, path) as Part
        if (kind === 'header') {
          const header = `X: ${'h'.repeat(size)}\r\n\r\n`
          model = header + model.slice(edition.header.length)
          edition = edition.withHeader(Buffer.from(header))
        } else {
          const entity = leaf('text/plain', 'p'.repeat(size))
          model = model.slice(0, part.headerStart) + entity + model.slice(part.end)
          edition = edition.withPart(path, Buffer.from(entity))
        }
        assert.equal(written(edition.pieces, source), model)
        assert.equal(edition.octets, model.length)
        assert.equal(text(edition.header), model.slice(0, edition.header.length))
      }
      const start = from % (model.length + 1)
      const end = start + (length % (model.length + 1 - start))
      assert.equal(written(edition.slice(start, end), source), model.slice(start, end))
    })
    fc.assert(property, { seed: 5293, numRuns: 500 })
  })
})
