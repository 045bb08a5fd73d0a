import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalogue } from './catalogue.ts'
import { german } from './german.ts'
import { textsOf } from './texts.testing.ts'

const catalogue = new Catalogue(german)

test('every text that the server says is there in German', async () => {
  const texts = await textsOf(new URL('../../', import.meta.url))
  assert.ok(texts.size > 200)
  assert.deepEqual([...texts].filter(text => catalogue.find(text) === null).sort(), [])
})

for (const [english, translation] of [
  ['Expected a space at octet 12', 'Hier fehlt ein Leerzeichen (Oktett 12)'],
  ['FETCH completed', 'FETCH ausgeführt'],
  ['Expected DONE', 'Hier fehlt DONE'],
  ['A literal with {n+} may have at most 4096 octets', 'Ein Literal mit {n+} darf höchstens 4096 Oktette haben'],
] as const) {
  test(`"${english}"`, () => assert.equal(catalogue.translate(english), translation))
}
