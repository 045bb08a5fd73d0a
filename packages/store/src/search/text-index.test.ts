import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SearchKey } from './program.ts'
import { matches } from './scan.testing.ts'
import { TestStore } from './testing.ts'

/** Words that share terms, that differ by accents and case only, and of every script that has a rule of its own. */
const words = fc.constantFrom(
  ...[
    'lemon',
    'LEMONADE',
    'Limonade',
    'emo',
    'de',
    'a',
    'straße',
    'STRASSE',
    'grün',
    'gru\u0308n',
    'Grun',
    'naïve',
    'é',
  ],
  ...['東京', '東京都', '京都', '京', 'ラーメン', '한국어', '한', '😀', '😀😁', 'Ωμέγα', 'ωμεγα', 'ﬁne', 'fine', '½'],
  ...[
    'x-y_z',
    'http://lemonade.example/?a=b',
    '12345',
    '345',
    '1998-12-01',
    "don't",
    'ＡＢＣ',
    'abc',
    'Ǆ',
    'ǆ',
    '\u00a0',
  ],
)
const phrase = fc.array(words, { minLength: 0, maxLength: 5 }).map(each => each.join(' '))

const header = fc.record({
  name: fc.constantFrom('Subject', 'From', 'To', 'CC', 'X-Lemon', 'x-lemon', 'List-Id', 'Received', '***'),
  value: phrase,
  form: fc.constantFrom('raw', 'B', 'Q', 'folded', 'latin1', 'empty'),
})

function fieldOctets({ name, value, form }: { name: string; value: string; form: string }): Buffer {
  switch (form) {
    case 'B':
      return Buffer.from(`${name}: =?utf-8?B?${Buffer.from(value).toString('base64')}?=\r\n`)
    case 'Q': {
      const quoted = Array.from(Buffer.from(value), octet => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      return Buffer.from(`${name}: =?UTF-8?q?${quoted.join('')}?= plain\r\n`)
    }
    case 'folded':
      return Buffer.from(`${name}: ${value.replaceAll(' ', '\r\n ')}\r\n`)
    case 'latin1':
      return Buffer.concat([Buffer.from(`${name}: `), Buffer.from(value, 'latin1'), Buffer.from('\r\n')])
    case 'empty':
      return Buffer.from(`${name}:\r\n`)
    default:
      return Buffer.from(`${name}: ${value}\r\n`)
  }
}

const leaf = fc.record({
  type: fc.constantFrom('text/plain', 'text/html', 'application/octet-stream', 'message/rfc822'),
  charset: fc.constantFrom('utf-8', 'iso-8859-1', 'no-such-charset'),
  encoding: fc.constantFrom('8bit', 'base64', 'quoted-printable', 'x-unknown'),
  text: phrase,
})

function leafOctets({
  type,
  charset,
  encoding,
  text,
}: {
  type: string
  charset: string
  encoding: string
  text: string
}): Buffer {
  if (type === 'message/rfc822') {
    return Buffer.from(`Content-Type: message/rfc822\r\n\r\nSubject: inner ${text}\r\n\r\n${text}\r\n`)
  }
  const octets = Buffer.from(
    type === 'text/html' ? `<p>${text}</p>` : text,
    charset === 'iso-8859-1' ? 'latin1' : 'utf8',
  )
  const fields = `Content-Type: ${type}; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`
  return Buffer.concat([Buffer.from(fields), encoded(octets, encoding), Buffer.from('\r\n')])
}

function encoded(octets: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(octets.toString('base64'))
  if (encoding !== 'quoted-printable') return octets
  return Buffer.from(Array.from(octets, octet => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('=\r\n'))
}

const message = fc
  .record({ header: fc.array(header, { maxLength: 5 }), leaves: fc.array(leaf, { maxLength: 3 }) })
  .map(({ header, leaves }) => {
    const fields = header.map(fieldOctets)
    if (leaves.length === 1) return Buffer.concat([...fields, leafOctets(leaves[0] as never)])
    const parts = leaves.map(each => Buffer.concat([Buffer.from('--b\r\n'), leafOctets(each)]))
    const type = Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n\r\n')
    return Buffer.concat([...fields, type, ...parts, Buffer.from('--b--\r\n')])
  })

/** What is looked for: words, pieces of words, pieces across words, and what no message has. */
const needle = fc.oneof(
  words,
  phrase,
  fc.tuple(phrase, fc.nat(20), fc.nat(12)).map(([text, start, length]) => text.slice(start, start + length)),
  fc.constantFrom('', 'Subject: ', 'x-lemon', 'zzz', 'lemonz', '\u0000', '\ud83d', '\ude00', '---', '": '),
)

const textKey: fc.Arbitrary<SearchKey> = fc.oneof(
  needle.map((value): SearchKey => ({ key: 'text', value })),
  needle.map((value): SearchKey => ({ key: 'body', value })),
  fc
    .record({
      field: fc.constantFrom('subject', 'From', 'cc', 'X-LEMON', 'List-Id', '***', 'Nowhere', ''),
      value: needle,
    })
    .map((key): SearchKey => ({ key: 'header', ...key })),
)

const { program } = fc.letrec<{ program: SearchKey }>(tie => ({
  program: fc.oneof(
    { maxDepth: 3 },
    textKey,
    fc.array(tie('program'), { maxLength: 3 }).map((of): SearchKey => ({ key: 'and', of })),
    fc.array(tie('program'), { maxLength: 3 }).map((of): SearchKey => ({ key: 'or', of })),
    tie('program').map((of): SearchKey => ({ key: 'not', of })),
    fc.constant<SearchKey>({ key: 'all' }),
  ),
}))

test('whatever is indexed or has gone, the answer is that of a scan', () => {
  const store = new TestStore()
  try {
    // One store grows through all runs: each has another mailbox, and the index goes some of the way.
    let run = 0
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 20 }),
        fc.array(program, { minLength: 1, maxLength: 6 }),
        fc.nat(3),
        fc.infiniteStream(fc.nat(9)),
        fc.constantFrom(undefined, { fewRows: 0, lookUp: 0 }, { fewRows: 0, lookUp: Number.MAX_VALUE }),
        (messages, programs, batches, fates, costs) => {
          const mailbox = store.addMailbox(`run${run++}`)
          const added = store.add(
            messages.map(octets => ({ octets })),
            mailbox,
          )
          const octetsOf = new Map(added.uids.map((uid, at) => [uid, messages[at] as Uint8Array]))
          const lose = (fate: number) => {
            const lost = [...octetsOf.keys()].filter(() => fates.next().value === fate)
            store.remove(lost, mailbox)
            for (const uid of lost) octetsOf.delete(uid)
          }
          lose(0)
          for (let batch = 0; batch < batches; batch++) store.index(() => lose(1))
          lose(2)
          for (const each of programs) {
            const expected = Array.from(octetsOf).filter(([, octets]) => matches(octets, each))
            assert.deepEqual(
              store.search(each, mailbox, costs),
              expected.map(([uid]) => uid),
              JSON.stringify(each),
            )
          }
        },
      ),
      { seed: 5051, numRuns: 150 },
    )
    store.index()
    assert.equal(
      store.connection.number(
        'SELECT count(*) FROM text_gone WHERE content_id <= (SELECT max(first) FROM text_blocks)',
      ),
      0,
    )
  } finally {
    store.close()
  }
})
