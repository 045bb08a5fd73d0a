import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FlagSetId, ModSeq, Uid } from '../model.ts'
import { StoreError } from '../problem.ts'
import { type PlanFacts, plan, type Residue } from './plan.ts'
import type { SearchKey } from './program.ts'

/** Sets 1 to 3 are in use: nothing, \Seen, \Seen and \Flagged. */
const facts: PlanFacts = {
  flagSets: [1, 2, 3] as FlagSetId[],
  hasFlag: (set, flag) => (flag === '\\Seen' ? set > 1 : flag === '\\Flagged' && set > 2),
}

const seen: SearchKey = { key: 'flag', flag: '\\Seen' }
const text: SearchKey = { key: 'text', value: 'lemon' }
const range = (first: number, last: number) => ({ first: first as Uid, last: last as Uid })

const columnsOnly: readonly (readonly [name: string, key: SearchKey, sql: string, parameters: readonly unknown[]])[] = [
  ['everything', { key: 'all' }, '1', []],
  ['nothing of an empty OR', { key: 'or', of: [] }, '0', []],
  ['everything of an empty AND', { key: 'and', of: [] }, '1', []],
  ['a flag by the sets that have it', seen, 'm.flag_set IN (SELECT value FROM json_each(?))', ['[2,3]']],
  ['a flag that no set has', { key: 'flag', flag: '$None' }, '0', []],
  ['NOT of a flag that no set has', { key: 'not', of: { key: 'flag', flag: '$None' } }, '1', []],
  ['NOT of no UIDs', { key: 'not', of: { key: 'uids', uids: [] } }, '1', []],
  ['NOT of UIDs', { key: 'not', of: { key: 'uids', uids: [range(2, 5)] } }, 'NOT ((m.uid BETWEEN ? AND ?))', [2, 5]],
  ['larger', { key: 'larger', octets: 100 }, 'm.octets > ?', [100]],
  ['smaller', { key: 'smaller', octets: 100 }, 'm.octets < ?', [100]],
  [
    'a day',
    { key: 'internal-date', is: 'on', day: 1 },
    '(m.internal_date >= ? AND m.internal_date < ?)',
    [86400000, 172800000],
  ],
  ['before an instant', { key: 'arrival', is: 'before', at: 5 }, 'm.internal_date < ?', [5]],
  ['since an instant', { key: 'arrival', is: 'since', at: 5 }, 'm.internal_date >= ?', [5]],
  ['a mod-sequence', { key: 'mod-seq', modSeq: 7 as ModSeq }, 'm.modseq >= ?', [7]],
  ['an EMAILID', { key: 'email-id', id: 'Ma' }, 'm.content_id = ?', [10]],
  ['an identifier of another kind', { key: 'email-id', id: 'Ta' }, '0', []],
  ['an identifier that is none of ours', { key: 'thread-id', id: 'T0a' }, '0', []],
  ['the empty string, which is in every text', { key: 'body', value: '' }, '1', []],
  ['AND with what is never so', { key: 'and', of: [text, { key: 'or', of: [] }] }, '0', []],
  ['OR with what is always so', { key: 'or', of: [text, { key: 'all' }] }, '1', []],
]

for (const [name, key, sql, parameters] of columnsOnly) {
  test(`columns answer ${name}`, () => {
    const planned = plan(key, facts)
    assert.equal(planned.where.sql, sql)
    assert.deepEqual(planned.where.parameters, parameters)
    assert.equal(planned.residue, null)
  })
}

test('what another table has to be asked comes last', () => {
  const planned = plan(
    {
      key: 'and',
      of: [
        { key: 'sent-date', is: 'since', day: 9 },
        { key: 'larger', octets: 1 },
      ],
    },
    facts,
  )
  assert.match(planned.where.sql, /^\(m\.octets > \? AND EXISTS/)
  assert.deepEqual(planned.where.parameters, [1, 9])
})

test('beside text, columns narrow down what is looked at', () => {
  const planned = plan({ key: 'and', of: [text, { key: 'and', of: [seen, { key: 'larger', octets: 5 }] }] }, facts)
  assert.equal(planned.where.sql, '(m.flag_set IN (SELECT value FROM json_each(?)) AND m.octets > ?)')
  assert.deepEqual(planned.residue, { kind: 'text', index: 0 })
  assert.equal(planned.texts.length, 1)
})

test('beside text in an OR, columns are tested first', () => {
  const planned = plan({ key: 'or', of: [text, seen] }, facts)
  assert.equal(planned.where.sql, '1')
  const residue: Residue = {
    kind: 'or',
    of: [
      { kind: 'column', index: 0 },
      { kind: 'text', index: 0 },
    ],
  }
  assert.deepEqual(planned.residue, residue)
  assert.deepEqual(planned.columns[0]?.parameters, ['[2,3]'])
})

test('inside the program, many UID ranges are looked through outside SQL', () => {
  const uids = Array.from({ length: 17 }, (_, at) => range(at * 10 + 1, at * 10 + 3))
  const planned = plan(
    {
      key: 'or',
      of: [
        { key: 'uids', uids },
        { key: 'larger', octets: 1 },
      ],
    },
    facts,
  )
  assert.deepEqual(planned.columns[0], { sql: 'm.octets > ?', parameters: [1] })
  const within: Residue = {
    kind: 'and',
    of: [
      { kind: 'column', index: 1 },
      { kind: 'uids', uids },
    ],
  }
  assert.deepEqual(planned.residue, { kind: 'or', of: [{ kind: 'column', index: 0 }, within] })
  assert.deepEqual(planned.columns[1], { sql: '(m.uid BETWEEN ? AND ?)', parameters: [1, 163] })
})

test('outermost UID sets bound what is read at all', () => {
  const key: SearchKey = {
    key: 'and',
    of: [{ key: 'uids', uids: [range(5, 50), range(60, 70)] }, { key: 'uids', uids: [range(20, 62)] }, text],
  }
  const planned = plan(key, facts)
  assert.deepEqual(planned.within, [range(20, 50), range(60, 62)])
  assert.deepEqual(planned.where, { sql: '1', parameters: [] })
  assert.deepEqual(planned.residue, { kind: 'text', index: 0 })
  assert.deepEqual(plan({ key: 'uids', uids: [] }, facts).within, [])
  assert.deepEqual(plan({ key: 'not', of: key }, facts).within, [range(1, 4_294_967_295)])
})

const tooBig = (error: unknown) => error instanceof StoreError && error.problem === 'too-big'

test('a program may nest so deeply and no deeper', () => {
  const nested = (depth: number): SearchKey => (depth === 1 ? seen : { key: 'not', of: nested(depth - 1) })
  const limits = { depth: 10, keys: 100, needleCharacters: 10 }
  plan(nested(10), facts, limits)
  assert.throws(() => plan(nested(11), facts, limits), tooBig)
})

test('a program may have so many keys and no more', () => {
  const limits = { depth: 10, keys: 10, needleCharacters: 10 }
  const wide = (keys: number): SearchKey => ({ key: 'and', of: Array.from({ length: keys - 1 }, () => seen) })
  plan(wide(10), facts, limits)
  assert.throws(() => plan(wide(11), facts, limits), tooBig)
})

test('a string may be so long and no longer, once it is collated', () => {
  const limits = { depth: 10, keys: 10, needleCharacters: 6 }
  plan({ key: 'body', value: 'lemons' }, facts, limits)
  plan({ key: 'body', value: 'ééé' }, facts, limits)
  assert.throws(() => plan({ key: 'body', value: 'lemonss' }, facts, limits), tooBig)
  assert.throws(() => plan({ key: 'header', field: 'subject', value: 'éééé' }, facts, limits), tooBig)
})
