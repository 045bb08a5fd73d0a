import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fixedLines, flowedParagraphs, toFixed, toFlowed } from './flowed.ts'

const lines = (...text: readonly string[]) => text.map(line => `${line}\r\n`).join('')

test('the paragraphs of RFC 3676 §4.1: lines that end in a space flow on', () => {
  const text = lines('This is a paragraph ', 'that flows.', 'And a line.', ' stuffed', '-- ', 'Name')
  assert.deepEqual(flowedParagraphs(text, false), [
    { depth: 0, text: 'This is a paragraph that flows.' },
    { depth: 0, text: 'And a line.' },
    { depth: 0, text: 'stuffed' },
    { depth: 0, text: '-- ' },
    { depth: 0, text: 'Name' },
  ])
})

test('with DelSp the space at the end is no part of the text (RFC 3676 §4.1)', () => {
  assert.deepEqual(flowedParagraphs(lines('日本 ', '語'), true), [{ depth: 0, text: '日本語' }])
})

test('quotes of other depth end a paragraph (RFC 3676 §4.5)', () => {
  const text = lines('>> quoted twice ', '>> and on', '> once ', 'not at all')
  assert.deepEqual(flowedParagraphs(text, false), [
    { depth: 2, text: 'quoted twice and on' },
    { depth: 1, text: 'once ' },
    { depth: 0, text: 'not at all' },
  ])
})

test('a signature ends what flows before it (RFC 3676 §4.3)', () => {
  assert.deepEqual(
    flowedParagraphs(lines('text ', '-- ', 'Name'), false).map(({ text }) => text),
    ['text ', '-- ', 'Name'],
  )
})

test('lines that would be misread are stuffed (RFC 3676 §4.4)', () => {
  const text = toFlowed(fixedLines(lines(' indented', 'From here', 'plain')))
  assert.equal(text, lines('  indented', ' From here', 'plain'))
})

test('long lines are cut behind spaces, quotes keep their depth', () => {
  const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ')
  for (const depth of [0, 1, 3]) {
    const flowed = toFlowed([{ depth, text: words }])
    const all = flowed.trimEnd().split('\r\n')
    assert(all.length > 3)
    for (const line of all) assert(line.length <= 78 && line.startsWith('>'.repeat(depth)))
    for (const line of all.slice(0, -1)) assert(line.endsWith(' '))
    assert.deepEqual(flowedParagraphs(flowed, false), [{ depth, text: words }])
  }
})

test('fixed text is folded at a screen’s width, with quotes that read well', () => {
  const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ')
  const fixed = toFixed([{ depth: 2, text: words }])
    .trimEnd()
    .split('\r\n')
  for (const line of fixed) assert(line.startsWith('>> ') && line.length <= 76 && !line.endsWith(' '))
  assert.equal(fixed.map(line => line.slice(3)).join(' '), words)
})

test('a word longer than a line stays whole', () => {
  const long = 'x'.repeat(500)
  assert.equal(toFlowed([{ depth: 0, text: `a ${long} b` }]), lines('a ', `${long} `, 'b'))
})

test('no text makes it throw, and flowing loses no letter', () => {
  const text = fc
    .array(fc.constantFrom('a', ' ', '>', '\r\n', 'From ', '-- ', 'word '), { maxLength: 200 })
    .map(all => all.join(''))
  fc.assert(
    fc.property(text, source => {
      const letters = (all: string) => all.replace(/[ >\r\n]/g, '')
      const flowed = toFlowed(fixedLines(source))
      assert.equal(letters(flowed), letters(source))
      assert.equal(letters(toFixed(flowedParagraphs(flowed, false))), letters(source))
    }),
    { seed: 3676, numRuns: 500 },
  )
})
