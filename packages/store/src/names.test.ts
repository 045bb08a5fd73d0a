import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentId, MailboxId } from './model.ts'
import { canonicalName, inferiorEnd, inferiorPrefix, superiors } from './names.ts'
import { emailIdOf, mailboxIdOf, numberOf, threadIdOf } from './objectid.ts'
import { rangesOf } from './uid-ranges.ts'

test('INBOX is one name in any case, alone and above others', () => {
  const rows = [
    ['inbox', 'INBOX'],
    ['InBox/Sub', 'INBOX/Sub'],
    ['inboxes', 'inboxes'],
    ['a/inbox', 'a/inbox'],
    ['', ''],
  ] as const
  for (const [name, canonical] of rows) assert.equal(canonicalName(name), canonical)
})

test('superiors and inferiors of a name', () => {
  assert.deepEqual(superiors('a/b/c'), ['a', 'a/b'])
  assert.deepEqual(superiors('a'), [])
  const isInferior = (name: string) => name >= inferiorPrefix('a') && name < inferiorEnd('a')
  for (const name of ['a/', 'a/b', 'a/\u{10ffff}']) assert.ok(isInferior(name), name)
  for (const name of ['a', 'a.', 'a0', 'ab', 'a-b/c']) assert.ok(!isInferior(name), name)
})

test('object identifiers print and parse (RFC 8474 §4)', () => {
  assert.equal(numberOf('M', emailIdOf(123_456 as ContentId)), 123_456)
  assert.equal(numberOf('F', mailboxIdOf(1 as MailboxId)), 1)
  assert.equal(numberOf('T', threadIdOf(Number.MAX_SAFE_INTEGER)), Number.MAX_SAFE_INTEGER)
  for (const id of ['', 'M', 'T1', 'm1', 'M01', 'M-1', 'MZ', 'M1 ', `M${'z'.repeat(12)}`]) {
    assert.equal(numberOf('M', id), null, id)
  }
})

test('ranges of consecutive UIDs', () => {
  assert.deepEqual(rangesOf([]), [])
  assert.deepEqual(rangesOf([1, 2, 3, 5, 7, 8]), [
    { first: 1, last: 3 },
    { first: 5, last: 5 },
    { first: 7, last: 8 },
  ])
})
