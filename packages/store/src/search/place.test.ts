import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { Placed, SortedList } from '../api.ts'
import type { Uid } from '../model.ts'
import { alice, prepare } from '../testing.ts'
import { isCheaperSorted, place, placeSorted } from './place.ts'
import type { SortBy, SortKey } from './program.ts'
import { sort } from './sort.ts'
import { finish, TestStore } from './testing.ts'

const store = new TestStore()
after(() => store.close())

function listOf(uids: readonly number[]): SortedList {
  return {
    length: uids.length,
    at: index => uids[index] as Uid,
    has: uid => uids.includes(uid),
    indexOf: uid => uids.indexOf(uid),
  }
}

/** The list with the messages in their places. */
function withPlaced(list: readonly number[], placed: readonly Placed[]): number[] {
  const whole = [...list]
  for (const [before, { uid, index }] of placed.entries()) whole.splice(index + before, 0, uid)
  return whole
}

const message = (subject: string, from: string) => Buffer.from(`Subject: ${subject}\r\nFrom: ${from}\r\n\r\nx`)
const mailbox = store.addMailbox('places')
store.add(
  Array.from({ length: 60 }, (_, at) => ({
    octets: message(['b', 'a', 'c\u{1f34b}', 'c\ufb00', ''][at % 5] as string, `${'zyx'[at % 3]}@example`),
    internalDate: (at * 7) % 11,
  })),
  mailbox,
)
const all = Array.from({ length: 60 }, (_, at) => at + 1)

const keys = fc.array(
  fc.record({
    by: fc.constantFrom<SortBy>('subject', 'from', 'arrival', 'size', 'date', 'display-from'),
    reverse: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
)

test('messages come into a sorted list where sorting all of them would put them', async () => {
  const property = fc.asyncProperty(
    keys,
    fc.subarray(all),
    fc.subarray(all),
    async (order: readonly SortKey[], members, more) => {
      const sorted = (uids: readonly number[]) => {
        const among = new Set(uids)
        return [...finish(sort(store.reader(), mailbox, { key: 'all' }, order))].filter(uid => among.has(uid))
      }
      const newcomers = more.filter(uid => !members.includes(uid))
      const list = sorted(members)
      const expected = sorted([...members, ...newcomers])
      const found = await place(store.connection, mailbox, order, listOf(list), Uint32Array.from(newcomers))
      assert.deepEqual(withPlaced(list, found), expected)
      const whole = Uint32Array.from(sorted(all))
      const found2 = await placeSorted(listOf(list), Uint32Array.from(newcomers), whole)
      assert.deepEqual(withPlaced(list, found2), expected)
    },
  )
  await fc.assert(property, { seed: 5267, numRuns: 200 })
})

test('what is gone has no place, and does not mislead', async () => {
  const box = store.addMailbox('gone')
  const { uids } = store.add(
    ['e', 'd', 'c', 'b', 'a', 'bb'].map(subject => ({ octets: message(subject, 'x@example') })),
    box,
  )
  const order: SortKey[] = [{ by: 'subject', reverse: false }]
  const list = [5, 4, 3, 2, 1]
  const sorted = () => finish(sort(store.reader(), box, { key: 'all' }, order))
  for (const gone of [3, 4, 2, 5, 1]) {
    store.remove([uids[gone - 1] as Uid], box)
    for (const placed of [
      await place(store.connection, box, order, listOf(list), Uint32Array.of(6, 99)),
      await placeSorted(listOf(list), Uint32Array.of(6, 99), sorted()),
    ]) {
      assert.deepEqual(
        placed.map(({ uid }) => uid),
        [6],
      )
      const there = new Set(sorted())
      assert.deepEqual(
        withPlaced(list, placed).filter(uid => there.has(uid)),
        [...sorted()],
      )
    }
  }
})

test('a few are looked for, many are sorted', async t => {
  const long = { ...listOf([]), length: 100_000 }
  assert.equal(isCheaperSorted(long, 1, 100_000), false)
  assert.equal(isCheaperSorted(long, 1_000, 100_000), false)
  assert.equal(isCheaperSorted(long, 10_000, 100_000), true)
  const { store: open, inbox } = await alice(t)
  const subjects = Array.from({ length: 3_000 }, (_, at) => `s${(at * 7919) % 3_000}`.padStart(6, '0'))
  const contents = await Promise.all(subjects.map(subject => prepare(open, `Subject: ${subject}\r\n\r\nx`)))
  await open.messages.append(
    inbox.id,
    contents.map(content => ({ content, flags: [] })),
  )
  const order: SortKey[] = [{ by: 'subject', reverse: true }]
  const whole = await open.messages.sort(inbox.id, { key: 'all' }, order)
  const list = [...whole].filter(uid => uid % 2 === 0)
  const newcomers = Uint32Array.from({ length: 1_500 }, (_, at) => 2 * at + 1)
  assert.equal(isCheaperSorted(listOf(list), newcomers.length, 3_000), true)
  assert.deepEqual(withPlaced(list, await open.messages.place(inbox.id, order, listOf(list), newcomers)), [...whole])
  const few = newcomers.subarray(0, 10)
  const placed = await open.messages.place(inbox.id, order, listOf(list), few)
  const expected = [...whole].filter(uid => uid % 2 === 0 || few.includes(uid))
  assert.deepEqual(withPlaced(list, placed), expected)
})
