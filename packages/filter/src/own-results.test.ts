import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { noContentTests, testedByFields, testedHere } from './content-tests.ts'
import { ownField, withOwnFields } from './own-results.ts'

const octets = (text: string) => Buffer.from(text)
const text = (header: Uint8Array) => Buffer.from(header).toString()

test('what was found here is what scripts are told (RFC 5235), and nobody else is asked then', async () => {
  const others = testedByFields({ spam: { field: 'X-Score', clear: 0, certain: 10 }, virus: null })
  const tests = testedHere({ spam: true, virus: false }, others)
  const header = octets('X-Lemonade-Spam: 48 score=7/15\r\n A(1)\r\nX-Score: 9\r\nX-Lemonade-Virus: 5 x\r\n\r\n')
  assert.deepEqual(await tests.verdict('spam', { header }), { value: 48, text: 'score=7/15 A(1)' })
  assert.equal(await tests.verdict('virus', { header }), null, 'no filter here writes it')
  assert.equal((await tests.verdict('spam', { header: octets('X-Score: 9\r\n\r\n') }))?.value, 90)
  for (const value of ['', 'x', '-1', '1000', '5x']) {
    const none = await testedHere({ spam: true, virus: true }, noContentTests).verdict('virus', {
      header: octets(`X-Lemonade-Virus: ${value}\r\n\r\n`),
    })
    assert.equal(none, null, value)
  }
})

test('a field is folded, and holds nothing that ends it', () => {
  const field = ownField('X-Lemonade-Spam', `1 ${'WORD(1.5) '.repeat(40)}a\r\nBcc: all\u0000\u00fc${'x'.repeat(2000)}`)
  assert.match(field, /^X-Lemonade-Spam: 1 WORD/)
  for (const line of field.split('\r\n')) assert.ok(line.length <= 998, line)
  assert.doesNotMatch(field.slice(0, -2), /\r\n(?! )/)
  assert.doesNotMatch(field, /\r\nBcc/)
})

test('fields stand where they are put, and forged ones are gone wherever they stand', () => {
  const trace = 'Return-Path: <a@b>\r\n'
  const forged = ['x-lemonade-virus: 1 clean\r\n', 'X-Lemonade-Spam :\r\n\t0\r\n', 'X-Lemonade-Listed: x\r\n']
  const own = 'X-Lemonade-Spam: 5 x\r\n'
  for (const header of [
    `${trace}${forged[0]}From: a\r\n${forged[1]}${forged[2]}\r\n`,
    `${trace}From: a\r\n${forged.join('')}\r\n`,
  ]) {
    assert.equal(text(withOwnFields(octets(header), trace.length, own)), `${trace}${own}From: a\r\n\r\n`)
  }
  const clean = octets('From: a\r\n\r\n')
  assert.equal(withOwnFields(clean, 0, ''), clean, 'nothing is copied where nothing changes')
})

test('no header makes it throw, and none keeps a field in our name', () => {
  const words = fc.constantFrom(
    ...['X-Lemonade-Spam', 'x-lemonade-listed', ':', ' ', '\t', '\r\n', '\r\n ', '\n', 'From: a\r\n', '1', 'Z'],
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), parts => {
      const header = octets(`Received: x\r\n${parts.join('')}\r\n\r\n`)
      const once = withOwnFields(header, 0, 'X-Lemonade-Spam: 1 own\r\n')
      assert.equal(text(withOwnFields(once, 0, '')), text(once).replace('X-Lemonade-Spam: 1 own\r\n', ''))
    }),
    { seed: 5235, numRuns: 2000 },
  )
})
