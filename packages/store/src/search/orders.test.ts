import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { Uid } from '../model.ts'
import { Orders } from './orders.ts'
import type { SortColumn, SortKey } from './program.ts'
import { sort } from './sort.ts'
import { finish, TestStore } from './testing.ts'

const store = new TestStore()
after(() => store.close())

const message = (subject: string, at: number) => ({
  octets: Buffer.from(`Subject: ${subject}\r\nFrom: ${'zyx'[at % 3]}@example\r\n\r\nx`),
  internalDate: (at * 7) % 11,
})
const keys = fc.array(
  fc.record({ by: fc.constantFrom<SortColumn>('subject', 'from', 'arrival', 'date'), reverse: fc.boolean() }),
  { minLength: 1, maxLength: 3 },
)

test('an order that is kept is the one that sorting anew gives, whatever came and went since', () => {
  let boxes = 0
  const step = fc.record({
    come: fc.array(fc.constantFrom('a', 'b', 'Re: c', ''), { maxLength: 12 }),
    go: fc.array(fc.nat(60), { maxLength: 6 }),
    order: keys,
    every: fc.constantFrom(1, 1, 2, 5, 20),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), steps => {
      const box = store.addMailbox(`kept ${++boxes}`)
      const reader = { ...store.reader(), orders: new Orders(300) }
      const there: Uid[] = []
      for (const { come, go, order, every } of steps) {
        there.push(...store.add(come.map(message), box).uids)
        for (const at of go) store.remove(there.splice(at, 1), box)
        const asked = Uint32Array.from(there.filter(uid => uid % every === 0))
        const found = finish(sort(reader, box, { key: 'all' }, order, asked))
        assert.deepEqual(found, finish(sort(store.reader(), box, { key: 'all' }, order, asked)))
      }
    }),
    { seed: 5256, numRuns: 60 },
  )
})

test('what is known to match and has gone meanwhile is in no result', () => {
  const box = store.addMailbox('gone')
  const { uids } = store.add(['b', 'a', 'c'].map(message), box)
  store.remove([uids[1] as Uid], box)
  const order: SortKey[] = [{ by: 'subject', reverse: false }]
  assert.deepEqual([...finish(sort(store.reader(), box, { key: 'all' }, order, Uint32Array.from(uids)))], [1, 3])
})

test('as many messages as may be are kept in order, those asked for lately', () => {
  const box = store.addMailbox('bounded')
  store.add(
    Array.from({ length: 20 }, (_, at) => message('x', at)),
    box,
  )
  const uids = Uint32Array.from({ length: 20 }, (_, at) => at + 1)
  const by = (column: SortColumn) => [{ by: column, reverse: false }] as const
  const asked: string[] = []
  const watching = (orders: Orders) => {
    const reader = store.reader()
    const { connection } = reader
    const raw = connection.raw.bind(connection)
    const watched = Object.create(connection, {
      raw: {
        value: (text: string) => {
          if (text.startsWith('SELECT uid FROM messages')) asked.push(text)
          return raw(text)
        },
      },
    })
    return (column: SortColumn) => {
      asked.length = 0
      finish(orders.inOrder({ ...reader, connection: watched }, box, by(column), uids))
      return asked.length > 0
    }
  }
  const roomy = watching(new Orders(40))
  assert.deepEqual([roomy('size'), roomy('date'), roomy('size'), roomy('date')], [true, true, false, false])
  const narrow = watching(new Orders(39))
  assert.deepEqual([narrow('size'), narrow('size'), narrow('date'), narrow('size')], [true, false, true, true])
  const few = Uint32Array.of(1, 2)
  assert.equal(finish(new Orders().inOrder(store.reader(), box, by('size'), few)), null)
  assert.equal(finish(new Orders(19).inOrder(store.reader(), box, by('size'), uids)), null)
})

test('UIDs far apart are put in order as well', () => {
  const box = store.addMailbox('far')
  store.add([message('b', 1)], box)
  store.connection.sql('UPDATE mailboxes SET uid_next = 4000000000 WHERE id = ?').run(box)
  store.add([message('a', 2)], box)
  const reader = { ...store.reader(), orders: new Orders() }
  const order: SortKey[] = [{ by: 'subject', reverse: false }]
  const asked = Uint32Array.of(1, 4_000_000_000)
  assert.deepEqual([...finish(sort(reader, box, { key: 'all' }, order, asked))], [4_000_000_000, 1])
})
