import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitNames, limitsFor, snakeCase, unknownLimits } from './limits.ts'

const groups = {
  imap: { imapLineOctets: 10, messageOctets: 20 },
  mta: { messageOctets: 30, hops: 1 },
}

test('names in snake case', () => {
  const rows = [
    ['hops', 'hops'],
    ['messageOctets', 'message_octets'],
    ['imapLiteralOctetsBeforeLogin', 'imap_literal_octets_before_login'],
  ] as const
  for (const [name, snake] of rows) assert.equal(snakeCase(name), snake)
})

test('a limit is called after its part, and by its own name', () => {
  assert.deepEqual(limitNames(groups), [
    'hops',
    'imap_line_octets',
    'imap_message_octets',
    'line_octets',
    'message_octets',
    'mta_hops',
    'mta_message_octets',
  ])
})

test('the own name sets every part that has it, the longer one wins', () => {
  const configured = { message_octets: 5, mta_message_octets: 6, imap_line_octets: 7 }
  assert.deepEqual(limitsFor('imap', groups.imap, configured), { imapLineOctets: 7, messageOctets: 5 })
  assert.deepEqual(limitsFor('mta', groups.mta, configured), { messageOctets: 6, hops: 1 })
  assert.deepEqual(limitsFor('mta', groups.mta, {}), groups.mta)
})

test('a name that is no limit is told with the nearest', () => {
  assert.deepEqual(unknownLimits(groups, { hops: 1 }), [])
  assert.deepEqual(unknownLimits(groups, { mesage_octets: 1, colour: 2 }), [
    'limits.mesage_octets is not a limit; did you mean message_octets?',
    'limits.colour is not a limit',
  ])
})
