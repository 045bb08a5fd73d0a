import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Uid } from '../model.ts'
import type { SortBy, SortKey } from './program.ts'
import { sort } from './sort.ts'
import { finish, TestStore } from './testing.ts'

const store = new TestStore()
after(() => store.close())

interface Given {
  readonly from?: string
  readonly to?: string
  readonly cc?: string
  readonly subject?: string
  readonly date?: string
  readonly body?: string
}

function message({ from, to, cc, subject, date, body = '' }: Given): Uint8Array {
  const fields = { From: from, To: to, Cc: cc, Subject: subject, Date: date }
  const header = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}\r\n`))
  return Buffer.from(`${header.join('')}\r\n${body}`)
}

/** UIDs of a fresh mailbox with these messages, sorted; they are counted from 1. */
function sorted(given: readonly Given[], keys: readonly SortKey[], internalDates: readonly number[] = []): number[] {
  const mailbox = store.addMailbox(`box ${++boxes}`)
  store.add(
    given.map((one, at) => ({ octets: message(one), internalDate: internalDates[at] ?? 0 })),
    mailbox,
  )
  return [...finish(sort(store.reader(), mailbox, { key: 'all' }, keys))]
}
let boxes = 0

const by = (...keys: SortBy[]): SortKey[] => keys.map(key => ({ by: key, reverse: false }))
const reversed = (key: SortBy): SortKey => ({ by: key, reverse: true })

test('by base subject, whatever the case and the artifacts (RFC 5256 §2.1)', () => {
  const given = ['Re: b', 'A', '', 'B (fwd)', 'a', '[list] Fwd: ab'].map(subject => ({ subject }))
  assert.deepEqual(sorted(given, by('subject')), [3, 2, 5, 6, 1, 4])
  assert.deepEqual(sorted(given, [reversed('subject')]), [1, 4, 6, 2, 5, 3])
})

test('by collation and not by octets (RFC 5256 §7)', () => {
  const given = ['z', 'É', 'f', 'e\u0301', 'É'].map(subject => ({ subject }))
  assert.deepEqual(sorted(given, by('subject')), [2, 4, 5, 3, 1])
})

test('by sent date in UTC, and by INTERNALDATE where there is none (RFC 5256 §2.2)', () => {
  const given = [
    { date: 'Sun, 31 Dec 2000 16:01:33 -0800' },
    { date: 'Mon, 1 Jan 2001 00:01:32 +0000' },
    {},
    { date: 'nonsense' },
    { date: 'Mon, 1 Jan 2001 00:01:33 +0000' },
  ]
  const dates = [9, 9, Date.UTC(1999, 0), Date.UTC(2002, 0), 9]
  assert.deepEqual(sorted(given, by('date'), dates), [3, 2, 1, 5, 4])
  assert.deepEqual(sorted(given, by('arrival'), dates), [1, 2, 5, 3, 4])
})

test('by the mailbox of the first address, and by what is displayed (RFC 5957 §3)', () => {
  const given: Given[] = [
    { from: 'Zoe <b@example.org>, a@example.org', to: 'x@a.example', cc: 'second@example.org' },
    { from: '=?utf-8?Q?Anna?= <c@example.org>', to: 'x@A.example', cc: 'First@example.org' },
    { from: 'a@example.org', to: '"" <y@example.org>' },
    {},
  ]
  assert.deepEqual(sorted(given, by('from')), [4, 3, 1, 2])
  assert.deepEqual(sorted(given, by('to')), [4, 1, 2, 3])
  assert.deepEqual(sorted(given, by('cc')), [3, 4, 2, 1])
  assert.deepEqual(sorted(given, by('display-from')), [4, 3, 2, 1])
  assert.deepEqual(sorted(given, by('display-to')), [4, 1, 2, 3])
})

test('by size, then by what else is asked; a key that comes again decides nothing', () => {
  const given = ['bb', 'a', 'dd', 'c'].map(body => ({ body, subject: 'x' }))
  assert.deepEqual(sorted(given, by('size')), [2, 4, 1, 3])
  assert.deepEqual(sorted(given, [...by('subject'), reversed('size')]), [1, 3, 2, 4])
  assert.deepEqual(sorted(given, [...by('size'), reversed('size')]), [2, 4, 1, 3])
})

test('only what the search finds, dense or sparse', () => {
  const mailbox = store.addMailbox('many')
  const { uids } = store.add(
    Array.from({ length: 300 }, (_, at) => ({
      octets: message({ subject: `${(at * 7) % 300}`.padStart(3, '0') }),
      flags: at % 30 === 0 ? ['\\Flagged'] : at % 2 === 0 ? ['\\Seen'] : [],
    })),
    mailbox,
  )
  store.remove(uids.slice(100, 200) as Uid[], mailbox)
  const expected = (every: (at: number) => boolean) =>
    Array.from(uids.keys())
      .filter(at => (at < 100 || at >= 200) && every(at))
      .sort((a, b) => ((a * 7) % 300) - ((b * 7) % 300))
      .map(at => uids[at])
  const found = (flag: string) => [...finish(sort(store.reader(), mailbox, { key: 'flag', flag }, by('subject')))]
  assert.deepEqual(
    found('\\Flagged'),
    expected(at => at % 30 === 0),
  )
  assert.deepEqual(
    found('\\Seen'),
    expected(at => at % 2 === 0 && at % 30 !== 0),
  )
  assert.deepEqual(found('\\Draft'), [])
})

test('a mailbox that is not there', () => {
  assert.throws(() => finish(sort(store.reader(), 9999 as typeof store.mailbox, { key: 'all' }, by('size'))), {
    problem: 'no-such-mailbox',
  })
})
