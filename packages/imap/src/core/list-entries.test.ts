import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Access } from '../access.ts'
import { listPattern } from '../grammar/list-pattern.ts'
import { compareNames, listEntries, superiors } from './list-entries.ts'

function listed(names: readonly string[], selected: readonly string[] | null, recursive: boolean, pattern: string) {
  const mailboxes = names.map(name => ({ name }) as Access)
  const matches = listPattern('', pattern, { utf8: false, wildcards: 30 })
  return listEntries(mailboxes, { names: selected && new Set(selected), recursive }, matches).map(
    ({ name, access, hasChildren, isSelected, selectedBelow }) =>
      [
        name,
        ...(access === null ? ['missing'] : []),
        ...(hasChildren ? ['children'] : []),
        ...(isSelected ? ['selected'] : []),
        ...(selectedBelow ? ['below'] : []),
      ].join(' '),
  )
}

test('RFC 5258 §5, example 11: levels that are no mailboxes stand for what is below them', () => {
  const names = ['music/rock', 'also/jazz']
  assert.deepEqual(listed(names, null, false, '*'), ['also/jazz selected', 'music/rock selected'])
  assert.deepEqual(listed(names, null, false, '%'), ['also missing children below', 'music missing children below'])
  assert.deepEqual(listed(names, null, false, 'music'), ['music missing children below'])
})

test('RFC 5258 §3.5: what exists, meets the criteria, has inferiors that do', () => {
  const rows: [exists: boolean, meets: boolean, below: boolean, expected: string[]][] = [
    [false, false, false, []],
    [true, false, false, []],
    [false, true, false, ['x missing selected']],
    [true, true, false, ['x selected']],
    [false, false, true, ['x missing below']],
    [true, false, true, ['x below']],
    [false, true, true, ['x missing selected below']],
    [true, true, true, ['x selected below']],
  ]
  for (const [exists, meets, below, expected] of rows) {
    const selected = [...(meets ? ['x'] : []), ...(below ? ['x/y/z'] : [])]
    assert.deepEqual(listed(exists ? ['x'] : [], selected, true, '%'), expected)
  }
})

test('without RECURSIVEMATCH a superior is not listed for what is selected below it', () => {
  assert.deepEqual(listed(['x', 'x/y'], ['x/y'], false, '%'), [])
})

test('a superior is left out where all that is selected below it is listed', () => {
  assert.deepEqual(listed(['x', 'x/y'], ['x/y'], true, '*'), ['x/y selected'])
  assert.deepEqual(listed(['xa', 'xa/a', 'xa/b'], ['xa/a', 'xa/b'], true, '*a'), ['xa children below', 'xa/a selected'])
})

test('INBOX comes first, then the names in their order', () => {
  assert.deepEqual(['b', 'a', 'INBOX', 'A', 'INBOX/a'].sort(compareNames), ['INBOX', 'A', 'INBOX/a', 'a', 'b'])
  assert.deepEqual([...superiors('a/b/c')], ['a/b', 'a'])
  assert.deepEqual([...superiors('/a')], [])
})
