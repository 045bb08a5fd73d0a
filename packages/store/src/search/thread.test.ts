import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { Conversations } from './conversations.ts'
import { Orders } from './orders.ts'
import type { ThreadAlgorithm, Threads } from './program.ts'
import { finish, TestStore } from './testing.ts'
import { thread } from './thread.ts'

const store = new TestStore()
after(() => store.close())
let boxes = 0

/** A message: its id and those it refers to, one letter each, its subject, the minutes it was sent and came in. */
interface Given {
  readonly id?: string
  readonly references?: string
  readonly inReplyTo?: string
  readonly subject?: string
  readonly sent?: number | null
  readonly came?: number
}

const first = Date.UTC(2000, 2, 1)
const minute = 60_000

function message({ id, references, inReplyTo, subject = '', sent }: Given): Uint8Array {
  const ids = (letters: string) => Array.from(letters, letter => `<${letter}@x.example>`).join(' ')
  const fields = [`Subject: ${subject}`]
  if (typeof sent === 'number') fields.push(`Date: ${new Date(first + sent * minute).toUTCString()}`)
  if (id !== undefined) fields.push(`Message-ID: ${ids(id)}`)
  if (references !== undefined) fields.push(`References: ${ids(references)}`)
  if (inReplyTo !== undefined) fields.push(`In-Reply-To: ${ids(inReplyTo)}`)
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n`)
}

/** Threads in the notation of RFC 5256 §4, numbered from 1 in the order given. */
function threads(algorithm: ThreadAlgorithm, given: readonly Given[]): string {
  const mailbox = store.addMailbox(`box ${++boxes}`)
  const messages = given.map((one, at) => ({
    octets: message({ sent: at, ...one }),
    internalDate: first + (one.came ?? at) * minute,
  }))
  store.add(messages, mailbox)
  const found = print(finish(thread(store.reader(), mailbox, { key: 'all' }, algorithm)))
  const kept = { ...store.reader(), orders: new Orders(), conversations: new Conversations() }
  for (const how of ['by an order that is kept', 'as they were kept'])
    assert.equal(print(finish(thread(kept, mailbox, { key: 'all' }, algorithm))), found, how)
  return found
}

/** The notation with every level in parentheses: "1(2(3))(4)". A dummy is "0". */
function print({ uids, depths }: Threads): string {
  let text = ''
  for (const [at, uid] of uids.entries()) {
    const depth = depths[at] as number
    const next = depths[at + 1] ?? 0
    text += `(${uid}`
    if (next <= depth) text += ')'.repeat(depth - next + 1)
  }
  return text
}

const rows: readonly (readonly [
  name: string,
  algorithm: ThreadAlgorithm,
  given: readonly Given[],
  expected: string,
])[] = [
  ['nothing', 'references', [], ''],
  [
    'REFS: the thread with the latest message comes last, by the time it was sent',
    'refs',
    [
      { id: 'a', sent: 1, came: 20 },
      { id: 'b', sent: 5, came: 10 },
      { id: 'c', references: 'a', sent: 9, came: 5 },
    ],
    '(2)(1(3))',
  ],
  [
    'REFS: siblings stand by the time they were sent, and none of them by its own thread',
    'refs',
    [
      { id: 'a', sent: 1 },
      { id: 'b', references: 'a', sent: 3 },
      { id: 'c', references: 'a', sent: 5 },
      { id: 'd', references: 'ab', sent: 9 },
    ],
    '(1(2(4))(3))',
  ],
  [
    'REFS: siblings of nobody stay together, and stand by the latest of them',
    'refs',
    [
      { id: 'b', references: 'a', sent: 5 },
      { id: 'c', references: 'a', sent: 3 },
      { id: 'd', sent: 4 },
    ],
    '(3)(0(2)(1))',
  ],
  [
    'REFS: subjects are not asked',
    'refs',
    [
      { subject: 'a', sent: 1 },
      { subject: 'Re: a', sent: 5 },
      { subject: 'a', sent: 9 },
    ],
    '(1)(2)(3)',
  ],
  [
    'REFS: sent in the same minute, the mailbox decides',
    'refs',
    [
      { id: 'a', sent: 5 },
      { id: 'b', sent: 5 },
      { id: 'c', references: 'b', sent: 1 },
    ],
    '(1)(2(3))',
  ],
  [
    'ORDEREDSUBJECT: the oldest has the others as children, and nobody has grandchildren',
    'ordered-subject',
    [
      { subject: 'Re: a', sent: 5 },
      { subject: 'b', sent: 4 },
      { subject: 'A', sent: 3 },
      { subject: 'fwd: a', sent: 6 },
      { subject: '', sent: 2 },
      { subject: '', sent: 1 },
    ],
    '(6(5))(3(1)(4))(2)',
  ],
  [
    'ORDEREDSUBJECT: sent in the same minute, the mailbox decides',
    'ordered-subject',
    [
      { subject: 'b', sent: 1 },
      { subject: 'a', sent: 1 },
      { subject: 'b', sent: 1 },
    ],
    '(1(3))(2)',
  ],
  [
    'replies below what they answer, siblings by date',
    'references',
    [
      { id: 'a', sent: 0 },
      { id: 'b', references: 'a', sent: 9 },
      { id: 'c', references: 'a', sent: 5 },
      { id: 'd', references: 'ab', sent: 7 },
    ],
    '(1(3)(2(4)))',
  ],
  ['In-Reply-To where there are no References', 'references', [{ id: 'a' }, { id: 'b', inReplyTo: 'a' }], '(1(2))'],
  [
    'References win over In-Reply-To',
    'references',
    [{ id: 'a' }, { id: 'b' }, { id: 'c', references: 'b', inReplyTo: 'a' }],
    '(1)(2(3))',
  ],
  [
    'a message that is not there, between others, is left out',
    'references',
    [{ id: 'a' }, { id: 'c', references: 'ab' }],
    '(1(2))',
  ],
  ['a message that is not there, on top of one, is left out', 'references', [{ id: 'b', references: 'a' }], '(1)'],
  [
    'a message that is not there holds its children together',
    'references',
    [
      { id: 'c', references: 'a', sent: 8, subject: 'x' },
      { id: 'b', references: 'a', sent: 2, subject: 'y' },
      { id: 'd', sent: 5, subject: 'z' },
    ],
    '(0(2)(1))(3)',
  ],
  [
    'of several that are not there, the one on top stays, if anything does',
    'references',
    [
      { id: 'd', references: 'abc', subject: 'x' },
      { id: 'e', references: 'abc', subject: 'y' },
    ],
    '(0(1)(2))',
  ],
  [
    'children of a message that is not there go to the message above it',
    'references',
    [{ id: 'a' }, { id: 'd', references: 'abc' }, { id: 'e', references: 'abx' }],
    '(1(2)(3))',
  ],
  [
    'an id that comes twice belongs to the first; the other is a message for itself',
    'references',
    [
      { id: 'a', subject: 'x' },
      { id: 'a', subject: 'y' },
      { id: 'b', references: 'a', subject: 'z' },
    ],
    '(1(3))(2)',
  ],
  ['a message without an id', 'references', [{ id: 'a' }, { references: 'a' }], '(1(2))'],
  ['a message that refers to itself', 'references', [{ id: 'a', references: 'a' }], '(1)'],
  [
    'two that refer to each other make no loop',
    'references',
    [
      { id: 'a', references: 'b', subject: 'x' },
      { id: 'b', references: 'a', subject: 'y' },
    ],
    '(2(1))',
  ],
  [
    'a reference that comes twice in one field',
    'references',
    [{ id: 'a' }, { id: 'b', references: 'a' }, { id: 'c', references: 'aba' }],
    '(1(2)(3))',
  ],
  [
    'what another had guessed of a parent gives way to what the message says',
    'references',
    [
      { id: 'a', subject: 'x' },
      { id: 'c', references: 'ab', subject: 'x' },
      { id: 'b', subject: 'y' },
    ],
    '(1)(3(2))',
  ],
  [
    'a parent that is known is not changed by what others guess',
    'references',
    [{ id: 'a' }, { id: 'b' }, { id: 'c', references: 'b' }, { id: 'd', references: 'ac' }],
    '(1)(2(3(4)))',
  ],
  [
    'step 5: a reply without references joins the thread of its subject',
    'references',
    [
      { id: 'a', subject: 'x' },
      { id: 'b', subject: 'Re: X' },
      { id: 'c', subject: 'other' },
    ],
    '(1(2))(3)',
  ],
  [
    'step 5: a reply that was sent before the original joins it all the same',
    'references',
    [
      { id: 'a', subject: 'Re: x' },
      { id: 'b', subject: 'x' },
    ],
    '(2(1))',
  ],
  [
    'step 5: two originals, or two replies, become siblings of nobody',
    'references',
    [
      { id: 'a', subject: 'x' },
      { id: 'b', subject: 'x' },
      { id: 'c', subject: 'Re: y' },
      { id: 'd', subject: 'Re: y' },
    ],
    '(0(1)(2))(0(3)(4))',
  ],
  [
    'step 5: a third joins the two',
    'references',
    [
      { id: 'a', subject: 'x' },
      { id: 'b', subject: 'x' },
      { id: 'c', subject: 'Re: x' },
    ],
    '(0(1)(2)(3))',
  ],
  [
    'step 5: a message that is not there takes in what has its subject',
    'references',
    [
      { id: 'b', references: 'a', subject: 'Re: x' },
      { id: 'c', references: 'a', subject: 'Re: x' },
      { id: 'd', subject: 'x' },
      { id: 'f', references: 'e', subject: 'x' },
      { id: 'g', references: 'e', subject: 'z' },
    ],
    '(0(1)(2)(3)(4)(5))',
  ],
  [
    'step 5: no subject, no company',
    'references',
    [{ id: 'a' }, { id: 'b', subject: 'Re:' }, { id: 'c' }],
    '(1)(2)(3)',
  ],
  [
    'step 5: only roots are looked at',
    'references',
    [
      { id: 'a', subject: 'x' },
      { id: 'b', references: 'a', subject: 'y' },
      { id: 'c', subject: 'Re: y' },
    ],
    '(1(2))(3)',
  ],
  [
    'without a Date the INTERNALDATE counts',
    'ordered-subject',
    [
      { subject: 'a', sent: 5 },
      { subject: 'b', sent: null, came: 3 },
    ],
    '(2)(1)',
  ],
]

for (const [name, algorithm, given, expected] of rows) {
  test(name, () => assert.equal(threads(algorithm, given), expected))
}

test('a thread as deep as the mailbox is long, in any order, is no matter', () => {
  const count = 3000
  const box = (reverse: boolean) => {
    const mailbox = store.addMailbox(`deep ${reverse}`)
    const numbers = Array.from({ length: count }, (_, at) => (reverse ? count - 1 - at : at))
    const octets = (at: number) =>
      Buffer.from(
        `Message-ID: <${at}@deep>\r\n${at > 0 ? `References: <${at - 1}@deep>\r\n` : ''}Date: ${new Date(first + at * minute).toUTCString()}\r\n\r\n`,
      )
    store.add(
      numbers.map(at => ({ octets: octets(at) })),
      mailbox,
    )
    return finish(thread(store.reader(), mailbox, { key: 'all' }, 'references'))
  }
  for (const reverse of [false, true]) {
    const { depths } = box(reverse)
    assert.deepEqual(
      [...depths],
      Array.from({ length: count }, (_, at) => at),
    )
  }
})

test('whatever refers to whatever: every message stands once, and no dummy has less than two children', () => {
  const letter = fc.constantFrom(...'abcdefgh')
  const given = fc.record(
    {
      id: letter,
      references: fc.array(letter, { maxLength: 5 }).map(letters => letters.join('')),
      subject: fc.constantFrom('x', 'Re: x', 'y', 'Re: y', ''),
      sent: fc.nat(5),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(
      fc.array(given, { maxLength: 10 }),
      fc.constantFrom<ThreadAlgorithm>('ordered-subject', 'references', 'refs'),
      (messages, algorithm) => {
        const mailbox = store.addMailbox(`random ${++boxes}`)
        store.add(
          messages.map(one => ({ octets: message(one as Given) })),
          mailbox,
        )
        const { uids, depths } = finish(thread(store.reader(), mailbox, { key: 'all' }, algorithm))
        assert.deepEqual(
          [...uids].filter(uid => uid > 0).sort((a, b) => a - b),
          messages.map((_, at) => at + 1),
        )
        for (const [at, uid] of uids.entries()) {
          const depth = depths[at] as number
          assert.ok(depth === 0 || depth <= (depths[at - 1] as number) + 1)
          if (uid > 0) continue
          assert.equal(depth, 0)
          const rest = [...depths.subarray(at + 1)]
          const end = rest.indexOf(0)
          const children = rest.slice(0, end === -1 ? undefined : end).filter(each => each === 1)
          assert.ok(children.length >= 2, print({ uids, depths }))
        }
      },
    ),
    { seed: 5256, numRuns: 300 },
  )
})
