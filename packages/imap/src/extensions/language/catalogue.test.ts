import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalogue } from './catalogue.ts'

const catalogue = new Catalogue({
  'a space': 'ein Leerzeichen',
  'Expected {} at the end': 'Am Ende fehlt {}',
  'Use {} of [{}]?': '{} von [{}] nehmen?',
})

for (const [english, translation] of [
  ['a space', 'ein Leerzeichen'],
  ['Expected a space at the end', 'Am Ende fehlt ein Leerzeichen'],
  ['Expected "(" at the end', 'Am Ende fehlt "("'],
  ['Use $& of [$1]?', '$& von [$1] nehmen?'],
  ['a space ', 'a space '],
  ['Expected  at the end', 'Expected  at the end'],
] as const) {
  test(`"${english}" is "${translation}"`, () => assert.equal(catalogue.translate(english), translation))
}
