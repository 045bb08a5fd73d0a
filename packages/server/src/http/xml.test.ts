import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { elementText, escaped } from './xml.ts'

test('what has a meaning in XML is written as references, what it cannot hold as U+FFFD', () => {
  assert.equal(escaped(`<a b="c" d='e'>&amp;`), '&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;')
  assert.equal(escaped('a\u0000\u000b\u001fb\ttab'), 'a\ufffd\ufffd\ufffdb\ttab')
})

const rows: [xml: string, text: string | null][] = [
  ['<A><E>ada@example.org</E></A>', 'ada@example.org'],
  ['<A><E >\r\n ada@example.org \r\n</E ></A>', 'ada@example.org'],
  ['<x:A><x:E xsi:type="s">ada</x:E></x:A>', 'ada'],
  ['<E>a&amp;b&lt;&#65;&#x42;&unknown;</E>', 'a&b<AB&unknown;'],
  ['<E>&#0;&#x110000;</E>', '&#0;&#x110000;'],
  ['<E>one</E><E>two</E>', 'one'],
  ['<E></E>', ''],
  ['<E>open', null],
  ['<E><F>x</F></E>', null],
  ['<Early>x</Early>', null],
  ['<x:E>y</E>', null],
  ['<!DOCTYPE A [<!ENTITY e "x">]><E>&e;</E>', null],
  ['<!-- <E>x</E> -->', null],
  ['<E><![CDATA[x]]></E>', null],
  ['', null],
]
for (const [xml, text] of rows) {
  test(`the element of ${JSON.stringify(xml)}`, () => assert.equal(elementText(xml, 'E'), text))
}

test('whatever is written is read back, and whatever is read ends', () => {
  const writable = fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '').trim())
  fc.assert(
    fc.property(writable, text => assert.equal(elementText(`<E>${escaped(text)}</E>`, 'E'), text)),
    { seed: 5, numRuns: 500 },
  )
  const words = fc.constantFrom('<', '>', '/', 'E', 'x:', ' ', '&', '#', '65', ';', 'amp', '"', '<E>', '</E>')
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), parts => void elementText(parts.join(''), 'E')),
    { seed: 5, numRuns: 2000 },
  )
  assert.equal(elementText('<E '.repeat(5000), 'E'), null)
  assert.equal(elementText('<x:'.repeat(5000), 'E'), null)
})
