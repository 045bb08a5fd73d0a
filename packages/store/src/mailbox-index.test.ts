import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MailboxState } from './api.ts'
import { applied } from './mailbox-index.ts'
import type { Changes, ModSeq, Uid } from './model.ts'
import { alice, everything, fill, problem, uids } from './testing.ts'

function rows({ count, uids, flagSets, modSeqs }: MailboxState): number[][] {
  return Array.from({ length: count }, (_, at) => [uids[at] as number, flagSets[at] as number, modSeqs[at] as number])
}

test('an index follows its mailbox, and a state that is held does not change', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], [], [])
  const index = await store.messages.index(inbox.id)
  const other = await store.messages.index(inbox.id)
  t.after(() => index.release())
  const first = index.state
  const before = rows(first)
  assert.deepEqual(
    before.map(([uid]) => uid),
    [1, 2, 3],
  )
  const { modSeq } = await store.messages.storeFlags(inbox.id, uids(2), { mode: 'add', flags: ['\\Deleted'] })
  const second = await index.refresh()
  assert.equal(second.modSeqs[1], modSeq)
  assert.equal(other.state, second, 'shared')
  assert.deepEqual([...index.changedAfter(first.modSeq)], [2])
  await store.messages.expunge(inbox.id, everything)
  await fill(store, inbox.id, [])
  assert.equal(index.state, second, 'only refresh learns')
  const [third, same] = await Promise.all([index.refresh(), other.refresh()])
  assert.equal(third, same)
  assert.deepEqual(
    rows(third).map(([uid]) => uid),
    [1, 3, 4],
  )
  assert.deepEqual([index.position(1 as Uid), index.position(2 as Uid), index.position(4 as Uid)], [0, -1, 2])
  assert.deepEqual(rows(first), before)
  assert.equal(await index.refresh(), third, 'no news, no new state')
  other.release()
  other.release()
})

test('an index of a mailbox that goes away', async t => {
  const { store, account } = await alice(t)
  const created = await store.mailboxes.create(account.id, 'x')
  const index = await store.messages.index(created.id)
  await store.mailboxes.remove(account.id, 'x')
  assert.equal(await problem(index.refresh()), 'no-such-mailbox')
  assert.equal(await problem(store.messages.index(created.id)), 'no-such-mailbox')
  index.release()
})

test('EXPUNGE of a mailbox that is held takes what is \\Deleted now, and nothing else', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], ['\\Deleted'], [], ['\\Deleted', 'x'], [])
  const index = await store.messages.index(inbox.id)
  await store.messages.storeFlags(inbox.id, uids(1), { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.storeFlags(inbox.id, uids(2), { mode: 'remove', flags: ['\\Deleted'] })
  assert.deepEqual([...(await store.messages.expunge(inbox.id, uids([2, 5]))).uids], [4])
  assert.deepEqual([...(await store.messages.expunge(inbox.id, everything)).uids], [1])
  assert.deepEqual([...(await store.messages.expunge(inbox.id, everything)).uids], [])
  index.release()
})

test('an index learns anew where tombstones are gone', async t => {
  const { store, inbox } = await alice(t, { limits: { tombstonesPerMailbox: 2 } })
  await fill(store, inbox.id, ...Array.from({ length: 9 }, () => ['\\Deleted']))
  const index = await store.messages.index(inbox.id)
  for (const uid of [1, 3, 5, 7]) await store.messages.expunge(inbox.id, uids(uid))
  assert.deepEqual(
    rows(await index.refresh()).map(([uid]) => uid),
    [2, 4, 6, 8, 9],
  )
  index.release()
})

/** What may happen to a mailbox: arrivals, changed flags and expunges by the position among all UIDs ever given. */
const history = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('arrive' as const), count: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ kind: fc.constant('change' as const), at: fc.array(fc.nat(400), { maxLength: 100 }) }),
    fc.record({ kind: fc.constant('expunge' as const), at: fc.array(fc.nat(400), { maxLength: 30 }) }),
    fc.record({ kind: fc.constant('learn' as const) }),
  ),
  { maxLength: 30 },
)

test('applying changes gives the table that there is, and keeps every state that was', () => {
  fc.assert(
    fc.property(history, steps => {
      const table = new Map<number, [flagSet: number, modSeq: number]>()
      const gone = new Map<number, number>()
      let uidNext = 1
      let modSeq = 0
      let state: MailboxState = {
        modSeq: 0 as ModSeq,
        uidNext: 1 as Uid,
        count: 0,
        uids: new Uint32Array(0),
        flagSets: new Uint32Array(0),
        modSeqs: new Float64Array(0),
      }
      const kept: [MailboxState, number[][]][] = []
      const expected = () => [...table].map(([uid, row]) => [uid, ...row])
      const learn = () => {
        const changed = [...table].filter(([, [, at]]) => at > state.modSeq)
        const changes: Changes = {
          modSeq: modSeq as ModSeq,
          uidNext: uidNext as Uid,
          uids: Uint32Array.from(changed.map(([uid]) => uid)),
          flagSets: Uint32Array.from(changed.map(([, [set]]) => set)),
          modSeqs: Float64Array.from(changed.map(([, [, at]]) => at)),
          expunged: Uint32Array.from([...gone].filter(([, at]) => at > state.modSeq).map(([uid]) => uid)).sort(),
          incomplete: false,
        }
        state = applied(state, changes)
        assert.deepEqual(rows(state), expected())
        kept.push([state, expected()])
      }
      for (const step of steps) {
        modSeq++
        if (step.kind === 'arrive') for (let each = 0; each < step.count; each++) table.set(uidNext++, [0, modSeq])
        else if (step.kind === 'change')
          for (const uid of step.at) if (table.has(uid)) table.set(uid, [modSeq % 7, modSeq])
        if (step.kind === 'expunge') for (const uid of step.at) if (table.delete(uid)) gone.set(uid, modSeq)
        if (step.kind === 'learn') learn()
      }
      learn()
      for (const [held, then] of kept) assert.deepEqual(rows(held), then)
    }),
    { seed: 7, numRuns: 200 },
  )
})
