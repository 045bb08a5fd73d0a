import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { html } from './html.ts'

function text(source: string | Buffer, settings = {}, limits = defaultConvertLimits): string {
  const octets = typeof source === 'string' ? Buffer.from(source) : source
  return Buffer.from(html(octets, { from: '', to: 'utf-8', ...settings }, limits).octets).toString('utf8')
}

test('headings, paragraphs, lists and links keep their form (RFC 5259 §7.2)', () => {
  const source =
    '<html><head><title>no</title><style>p{}</style></head><body><h1>Title</h1><p>Text with a <a href="https://example.org/x">link</a> and <a href="https://example.org">https://example.org</a>.</p><ul><li>one<li>two</ul><ol><li>first</ol><script>alert(1)</script></body></html>'
  assert.equal(
    text(source),
    [
      'Title',
      '',
      'Text with a link <https://example.org/x> and https://example.org.',
      '',
      ' * one',
      ' * two',
      '',
      ' 1. first',
      '',
    ].join('\r\n'),
  )
})

test('a table of data is drawn with its columns', () => {
  const source = '<table><tr><th>Item</th><th>Price</th></tr><tr><td>Lemons</td><td>3</td></tr></table>'
  assert.equal(text(source), 'Item     Price\r\nLemons   3\r\n')
})

test('a table that only places things is read cell by cell', () => {
  const source = '<table role="presentation"><tr><td>Left</td><td>Right</td></tr><tr><td>a</td><td>b</td></tr></table>'
  assert.equal(text(source), 'Left\r\nRight\r\na\r\nb\r\n')
})

test('a picture is its words, and where it comes from is not told', () => {
  assert.equal(
    text('<p>See <img src="https://tracker.example/x.gif" alt="a cat"><img src="https://tracker.example/y">!</p>'),
    'See [a cat]!\r\n',
  )
})

test('a document says its charset where its part does not', () => {
  const source = Buffer.from('<meta charset="iso-8859-2"><p>\xb1', 'latin1')
  assert.equal(text(source), 'ą\r\n')
  assert.equal(text(source, { from: 'iso-8859-1' }), '±\r\n')
})

test('it flows where that is asked for', () => {
  const flowed = text(`<p>${'word '.repeat(40)}</p>`, { format: 'flowed' })
  for (const line of flowed.split('\r\n')) assert(line.length <= 78)
})

test('depth, tags and octets are bounded, at the limit and one past', () => {
  const limits = { ...defaultConvertLimits, htmlDepth: 3, htmlTags: 6, textOctets: 50 }
  assert.equal(text('<b><b><b>x</b></b></b>', {}, limits), 'x\r\n')
  assert.throws(() => text('<b><b><b><b>x', {}, limits), Refusal)
  assert.throws(() => text('<br><br><br><br><br><br><br>x', {}, limits), Refusal)
  assert.equal(text('a'.repeat(50), {}, limits), `${'a'.repeat(50)}\r\n`)
  assert.throws(() => text('a'.repeat(51), {}, limits), Refusal)
})
