import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bad, No } from '../problem.ts'
import { parsing } from '../testing.ts'
import { Waits } from '../wire/bad.ts'
import { Parser } from '../wire/parser.ts'
import { octets } from '../wire/testing.ts'
import { annotationEntry, annotationValues, entryMatch, partOf } from './annotation.ts'
import { metadataEntries, metadataNameProblem, metadataPath } from './metadata-entry.ts'

const at = parsing()

test('entries of annotations, and where none can stand (RFC 5257 §3.2.1)', () => {
  const entry = (text: string) => annotationEntry(new Parser(octets(`"${text}"`)), at)
  for (const one of [
    '/comment',
    '/altsubject',
    '/a b',
    '/vendor/x/y',
    '/1/comment',
    '/1.12/flags/seen',
    '/2/vendor/x/y',
  ])
    assert.equal(entry(one), one)
  for (const one of [
    ...['', '/', 'comment', '//', '/a//b', '/a/', '/a*', '/%', '/\t', '/ü'],
    ...['/flags', '/flags/seen', '/vendor', '/vendor/x', '/1', '/1/flags', '/1/vendor/x'],
    ...['/0/comment', '/01/comment', '/1./comment', '/1..2/comment', '/1a/comment'],
  ])
    assert.throws(() => entry(one), Bad, one)
})

test('patterns of entries may have wildcards, also in the place of parts', () => {
  const pattern = (text: string) => entryMatch(new Parser(octets(text)), at)
  for (const one of ['*', '/*', '/%', '/1/%', '/%/comment', '%/x', '/vendor/%']) assert.equal(pattern(one), one)
  for (const one of ['comment', '/1', '/*/', '"*ü"']) assert.throws(() => pattern(one), Bad, one)
})

test('the part that an entry is about', () => {
  assert.deepEqual(['/comment', '/1/comment', '/1.2.3/x', '/vendor/1/x'].map(partOf), [null, [1], [1, 2, 3], null])
})

test('names of metadata entries (RFC 5464 §3.2)', () => {
  for (const one of ['/shared/comment', '/PRIVATE/x', '/shared/vendor/a/b', '/private/vendors/a', '/shared/ x'])
    assert.equal(metadataNameProblem(one), null, one)
  for (const one of [
    ...['', '/', '/shared', '/private/', '/sharedx/y', 'shared/x', '/other/x', '/shared//x', '/shared/x/'],
    ...['/shared/x*', '/shared/%', '/shared/ü', '/shared/\u007f', '/shared/vendor', '/shared/vendor/x'],
  ])
    assert.notEqual(metadataNameProblem(one), null, one)
  assert.equal(metadataPath(new Parser(octets('/shared')), at), '/shared')
})

test('what the parsers make of any words is a value or a refusal', () => {
  const words = [
    ...['(', ')', ' ', '"', '/', '*', '%', '/comment', '/1/flags/seen', '/vendor/x/y', 'value.priv', 'value.shared'],
    ...['value', 'NIL', '"x"', '{1}\r\na', '~{1}\r\n\0', '{1+}\r\n', '~', '0', '.', 'ü', '/shared/comment', '/private'],
  ]
  const productions = [
    (p: Parser) => annotationValues(p, at),
    (p: Parser) => entryMatch(p, at),
    (p: Parser) => metadataEntries(p, at),
    (p: Parser) => p.value(),
  ]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...words), { maxLength: 12 }),
      fc.constantFrom(...productions),
      (given, parse) => {
        try {
          parse(new Parser(octets(given.join(''))))
        } catch (error) {
          assert.ok(error instanceof Bad || error instanceof No || error instanceof Waits, String(error))
        }
      },
    ),
    { seed: 5464, numRuns: 5000 },
  )
})
