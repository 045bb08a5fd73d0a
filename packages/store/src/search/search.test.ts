import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ContentId, ModSeq, Uid } from '../model.ts'
import { emailIdOf, threadIdOf } from '../objectid.ts'
import { StoreError } from '../problem.ts'
import { searchLimits } from './plan.ts'
import type { SearchKey } from './program.ts'
import { search } from './search.ts'
import { finish, type TestMessage, TestStore } from './testing.ts'

const day = 86_400_000
const message = (header: string, body: string, placement: Omit<TestMessage, 'octets'> = {}): TestMessage => ({
  octets: Buffer.from(`${header}\r\n\r\n${body}\r\n`),
  ...placement,
})

const store = new TestStore()
after(() => store.close())
const { contents } = store.add([
  message('From: Fred Foobar <foobar@Blurdybloop.example>\r\nSubject: afternoon meeting', 'Hello Joe', {
    flags: ['\\Seen', '$Forwarded'],
    internalDate: 10 * day,
    modSeq: 5,
    thread: 1,
  }),
  message(
    'From: joe@example\r\nSubject: Re: afternoon meeting\r\nDate: Mon, 7 Feb 1994 23:52:25 -0800',
    'Lemonade at four',
    {
      flags: ['\\Answered', '\\Seen'],
      internalDate: 11 * day - 1,
      saveDate: 12 * day,
      modSeq: 9,
      thread: 1,
    },
  ),
  message('Subject: =?iso-8859-1?Q?gr=FC=DFe?=\r\nX-Empty:\r\nDate: nonsense', 'x'.repeat(2000), {
    flags: ['\\Deleted', 'nonjunk'],
    internalDate: 11 * day,
    modSeq: 7,
  }),
])

const uids = (...list: number[]): SearchKey => ({
  key: 'uids',
  uids: list.map(uid => ({ first: uid as Uid, last: uid as Uid })),
})
const flag = (flag: string): SearchKey => ({ key: 'flag', flag })
const not = (of: SearchKey): SearchKey => ({ key: 'not', of })
const header = (field: string, value: string): SearchKey => ({ key: 'header', field, value })
const febDay = Date.UTC(1994, 1, 7) / day

const answers: readonly (readonly [name: string, key: SearchKey, uids: readonly number[]])[] = [
  ['ALL', { key: 'all' }, [1, 2, 3]],
  ['UIDs that exist', uids(2, 3, 99), [2, 3]],
  ['a system flag, in any case', flag('\\SEEN'), [1, 2]],
  ['a keyword, in any case', flag('NonJunk'), [3]],
  ['NOT', not(flag('\\Deleted')), [1, 2]],
  ['AND', { key: 'and', of: [flag('\\Seen'), flag('\\Answered')] }, [2]],
  ['OR', { key: 'or', of: [flag('\\Answered'), flag('\\Deleted')] }, [2, 3]],
  ['BEFORE', { key: 'internal-date', is: 'before', day: 11 }, [1, 2]],
  ['ON', { key: 'internal-date', is: 'on', day: 10 }, [1, 2]],
  ['SINCE', { key: 'internal-date', is: 'since', day: 11 }, [3]],
  ['SAVEDSINCE', { key: 'save-date', is: 'since', day: 12 }, [2]],
  ['SENTON, the day as the zone of the field has it', { key: 'sent-date', is: 'on', day: febDay }, [2]],
  ['SENTBEFORE, which a message without a date never is', { key: 'sent-date', is: 'before', day: 99_999 }, [2]],
  [
    'NOT SENTBEFORE, which a message without a date always is',
    not({ key: 'sent-date', is: 'before', day: 99_999 }),
    [1, 3],
  ],
  ['SENTSINCE the day after', { key: 'sent-date', is: 'since', day: febDay + 1 }, []],
  ['LARGER', { key: 'larger', octets: 1000 }, [3]],
  ['SMALLER', { key: 'smaller', octets: 1000 }, [1, 2]],
  ['MODSEQ: equal or greater', { key: 'mod-seq', modSeq: 7 as ModSeq }, [2, 3]],
  ['EMAILID', { key: 'email-id', id: emailIdOf(contents[1] as ContentId) }, [2]],
  ['THREADID', { key: 'thread-id', id: threadIdOf(1) }, [1, 2]],
  ['FROM, in any case', header('From', 'blurdyBLOOP'), [1]],
  ['SUBJECT in an encoded word', header('subject', 'GRÜ'), [3]],
  ['a field that is empty', header('X-Empty', ''), [3]],
  ['a field that is there, whatever it holds', header('date', ''), [2, 3]],
  ['a field that is not there', header('Cc', ''), []],
  ['not the name of the field', header('Subject', 'Subject'), []],
  ['BODY: not the header', { key: 'body', value: 'joe' }, [1]],
  ['TEXT: both', { key: 'text', value: 'joe' }, [1, 2]],
  ['TEXT: names of fields too', { key: 'text', value: 'subject: re' }, [2]],
  ['BODY with a string that every message has', { key: 'body', value: '' }, [1, 2, 3]],
  ['NOT TEXT', not({ key: 'text', value: 'afternoon' }), [3]],
  ['a flag or a text', { key: 'or', of: [{ key: 'text', value: 'four' }, flag('\\Deleted')] }, [2, 3]],
  ['UIDs and a text', { key: 'and', of: [uids(1, 3), { key: 'text', value: 'afternoon' }] }, [1]],
]

for (const [name, key, expected] of answers) test(`finds ${name}`, () => assert.deepEqual(store.search(key), expected))

test('finds many scattered UIDs, and all but them', () => {
  const store = new TestStore()
  try {
    store.add(Array.from({ length: 100 }, () => message('Subject: x', '')))
    const odd = Array.from({ length: 50 }, (_, at) => at * 2 + 1)
    assert.deepEqual(store.search(uids(...odd)), odd)
    const even = odd.map(uid => uid + 1)
    assert.deepEqual(store.search(not(uids(...odd))), even)
    assert.deepEqual(store.search({ key: 'and', of: [not(uids(...odd)), { key: 'text', value: 'x' }] }), even)
  } finally {
    store.close()
  }
})

test('answers a program at each limit', () => {
  const chain = (kind: 'and' | 'or'): SearchKey => ({
    key: kind,
    of: Array.from({ length: searchLimits.keys - 1 }, (_, at) => ({ key: 'larger', octets: at })),
  })
  assert.deepEqual(store.search(chain('and')), [3])
  assert.deepEqual(store.search(chain('or')), [1, 2, 3])
  let deep: SearchKey = { key: 'larger', octets: 1000 }
  const manyRanges = uids(...Array.from({ length: 16 }, (_, at) => at * 2 + 1))
  for (let depth = 1; depth < searchLimits.depth - 1; depth++) {
    deep = depth % 2 === 0 ? not(deep) : { key: 'or', of: [deep, { key: 'and', of: [manyRanges, flag('\\Deleted')] }] }
  }
  assert.ok(store.search(deep).length > 0)
})

test('a mailbox that is not there is a problem', () => {
  assert.throws(
    () => store.search({ key: 'all' }, 999 as never),
    (error: unknown) => error instanceof StoreError && error.problem === 'no-such-mailbox',
  )
})

test('only those that are asked about are looked at, however many ranges they are', () => {
  const box = store.addMailbox('ranges')
  store.add(
    Array.from({ length: 4_000 }, (_, at) =>
      message(`Subject: ${at % 3 === 0 ? 'lemon' : 'lime'}`, 'x', { flags: at % 2 ? ['\\Seen'] : [] }),
    ),
    box,
  )
  const reader = store.reader()
  const every = (step: number, length: number) =>
    Array.from({ length }, (_, at) => ({ first: (at * step + 1) as Uid, last: (at * step + 1 + (step >> 1)) as Uid }))
  const holds = (uid: number, ranges: readonly { first: number; last: number }[]) =>
    ranges.some(({ first, last }) => first <= uid && uid <= last)
  for (const among of [every(2_000, 2), every(20, 100), every(40, 600), every(3, 1_300), []]) {
    for (const program of [flag('\\Seen'), header('Subject', 'lemon')]) {
      const whole = [...finish(search(reader, box, program))]
      const asked = finish(search(reader, box, program, among))
      assert.deepEqual(
        [...asked],
        whole.filter(uid => holds(uid, among)),
      )
      const within: SearchKey = { key: 'and', of: [program, { key: 'uids', uids: among }] }
      assert.deepEqual(finish(search(reader, box, within)), asked)
    }
  }
})
