import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { relevancy, widened } from './fuzzy.ts'
import { boundProgram } from './plan.ts'
import type { SearchKey, SortKey } from './program.ts'
import { search } from './search.ts'
import { sort } from './sort.ts'
import { finish, TestStore } from './testing.ts'

const day = 86_400_000
const store = new TestStore()
after(() => store.close())

const messages: readonly (readonly [subject: string, body: string, internalDay?: number])[] = [
  ['IMAP break', 'a'],
  ['broken IMAP', 'b'],
  ['IMAP is broken', 'c', 20],
  ['Something else', 'hello and breaking news of IMAP', 22],
  ['Hello', 'd', 26],
  ['Break the ice', 'e'],
]
store.add(
  messages.map(([subject, body, internalDay = 10]) => ({
    octets: Buffer.from(`Subject: ${subject}\r\n\r\n${body}\r\n`),
    internalDate: internalDay * day,
  })),
)

const subject = (value: string): SearchKey => ({ key: 'header', field: 'Subject', value })
const text = (value: string): SearchKey => ({ key: 'text', value })
const fuzzy = (of: SearchKey): SearchKey => ({ key: 'fuzzy', of })
const on = (internalDay: number): SearchKey => ({ key: 'internal-date', is: 'on', day: internalDay })
const and = (...of: SearchKey[]): SearchKey => ({ key: 'and', of })
const or = (...of: SearchKey[]): SearchKey => ({ key: 'or', of })
const not = (of: SearchKey): SearchKey => ({ key: 'not', of })

const found = (program: SearchKey) => finish(search(store.reader(), store.mailbox, program))
const scored = (program: SearchKey) => {
  const uids = found(program)
  const scores = finish(relevancy(search, store.reader(), store.mailbox, program, uids))
  return Object.fromEntries([...uids].map((uid, at) => [uid, scores[at]]))
}

for (const [name, program, scores] of [
  ['as it is', fuzzy(subject('IMAP break')), { 1: 100 }],
  ['words in another order', fuzzy(subject('break imap')), { 1: 75 }],
  ['stems', fuzzy(subject('breaking')), { 1: 50, 6: 50 }],
  ['in the subject before elsewhere', fuzzy(text('hello')), { 4: 95, 5: 100 }],
  ['RFC 6203 §4: "Helo" is likely meant to be "hello"', fuzzy(text('Helo')), { 4: 25, 5: 25 }],
  ['letters exchanged', fuzzy(subject('Hlelo')), { 5: 25 }],
  ['a letter too many', fuzzy(subject('brokren')), { 2: 25, 3: 25 }],
  ['a day, and days around it', fuzzy(on(21)), { 3: 60, 4: 60 }],
  ['AND says what its keys say on average', fuzzy(and(subject('IMAP'), on(21))), { 3: 80 }],
  ['OR says the best', fuzzy(or(subject('Something'), on(21))), { 3: 60, 4: 100 }],
  ['NOT is as it says', fuzzy(and(subject('hello'), not(text('helo')))), { 5: 100 }],
  ['what is not fuzzy has no say', and(fuzzy(subject('breaking')), text('e')), { 1: 50, 6: 50 }],
  ['nothing that has grades', fuzzy({ key: 'all' }), { 1: 100, 2: 100, 3: 100, 4: 100, 5: 100, 6: 100 }],
  ['a text without words', fuzzy(subject('?!')), {}],
  ['sizes', fuzzy({ key: 'larger', octets: 52 }), { 4: 100 }],
] as const satisfies readonly (readonly [string, SearchKey, Readonly<Record<number, number>>])[]) {
  test(name, () => assert.deepEqual(scored(program), scores))
}

test('sorts by relevancy, the best first; what is equal stays in the order of the mailbox', () => {
  const sorted = (...keys: SortKey[]) => [
    ...finish(sort(store.reader(), store.mailbox, fuzzy(or(subject('broken'), subject('break'))), keys)),
  ]
  const by = { by: 'relevancy', reverse: false } as const
  assert.deepEqual(sorted(by), [1, 2, 3, 6])
  const graded = fuzzy(or(subject('IMAP break'), on(21)))
  const order = (reverse: boolean) => [
    ...finish(
      sort(store.reader(), store.mailbox, graded, [
        { by: 'relevancy', reverse },
        { by: 'subject', reverse: false },
      ]),
    ),
  ]
  assert.deepEqual(order(false), [1, 3, 4])
  assert.deepEqual(order(true), [3, 4, 1])
})

test('whatever is asked, more is found than without FUZZY, and within the limits', () => {
  const word = fc.stringMatching(/^[a-zA-ZäöüéЖ日]{1,24}$/)
  const value = fc.array(word, { minLength: 1, maxLength: 10 }).map(words => words.join(' '))
  const leaf = fc.oneof(value.map(subject), value.map(text), fc.integer({ min: 0, max: 40 }).map(on))
  fc.assert(
    fc.property(leaf, key => {
      assert.ok(boundProgram(fuzzy(key)) <= 1 + 1 + 4 * (3 * 20 + 2))
      const exact = found(key)
      const wide = new Set(found(fuzzy(key)))
      for (const uid of exact) assert.ok(wide.has(uid))
      assert.deepEqual(widened(not(key)), not(key))
    }),
    { seed: 6203, numRuns: 100 },
  )
})
