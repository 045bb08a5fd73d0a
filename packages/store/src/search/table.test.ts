import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ModSeq, Uid } from '../model.ts'
import { alice, everything, fill, problem, uids } from '../testing.ts'
import { isWithin } from '../uid-ranges.ts'
import type { SearchKey } from './program.ts'

const flags = ['\\Seen', '\\Flagged', '\\Deleted', 'work', 'WORK', 'none']

const { program } = fc.letrec<{ program: SearchKey }>(tie => ({
  program: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<SearchKey>({ key: 'all' }),
    fc.record({ key: fc.constant('flag' as const), flag: fc.constantFrom(...flags) }),
    fc.record({ key: fc.constant('mod-seq' as const), modSeq: fc.nat(30) as fc.Arbitrary<ModSeq> }),
    fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(20), fc.nat(20)).map(([first, more, gap]): SearchKey => {
      const last = first + more
      return { key: 'uids', uids: uids([first, last], [last + 2, last + 2 + gap]) }
    }),
    fc.record({ key: fc.constant('not' as const), of: tie('program') }),
    fc.record({ key: fc.constantFrom('and', 'or'), of: fc.array(tie('program'), { minLength: 1, maxLength: 3 }) }),
  ),
}))

test('a mailbox that is in memory answers as the database does', async t => {
  const { store, inbox } = await alice(t)
  await fill(
    store,
    inbox.id,
    ...Array.from({ length: 50 }, (_, at) => flags.slice(0, 4).filter((_, bit) => at & (1 << bit))),
  )
  for (const uid of [3, 20, 21])
    await store.messages.storeFlags(inbox.id, uids(uid), { mode: 'add', flags: ['\\Answered'] })
  const asked = fc.sample(program, { seed: 4, numRuns: 300 })
  const answers: Uint32Array[] = []
  for (const each of asked) answers.push(await store.messages.search(inbox.id, each))
  const some = uids(2, [5, 9], 30, [48, 70])
  const ofSome = (found: Uint32Array) => found.filter(uid => isWithin(some, uid as Uid))
  for (const [at, each] of asked.entries()) {
    assert.deepEqual(await store.messages.search(inbox.id, each, undefined, some), ofSome(answers[at] as Uint32Array))
  }
  const index = await store.messages.index(inbox.id)
  for (const [at, each] of asked.entries()) {
    assert.deepEqual(await store.messages.search(inbox.id, each), answers[at], JSON.stringify(each))
    assert.deepEqual(await store.messages.search(inbox.id, each, undefined, some), ofSome(answers[at] as Uint32Array))
  }
  index.release()
})

test('what is in memory is asked as it is now, and bounded as the database is', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], ['\\Deleted'])
  const index = await store.messages.index(inbox.id)
  await store.messages.storeFlags(inbox.id, uids(1), { mode: 'add', flags: ['\\Seen'] })
  const search = async (key: SearchKey) => [...(await store.messages.search(inbox.id, key))]
  assert.deepEqual(await search({ key: 'flag', flag: '\\seen' }), [1])
  await store.messages.expunge(inbox.id, everything)
  assert.deepEqual(await search({ key: 'all' }), [1])
  assert.deepEqual(await search({ key: 'and', of: [{ key: 'all' }, { key: 'larger', octets: 1 }] }), [1])
  const many: SearchKey = { key: 'or', of: Array.from({ length: 1000 }, () => ({ key: 'all' })) }
  assert.equal(await problem(search(many)), 'too-big')
  index.release()
})
