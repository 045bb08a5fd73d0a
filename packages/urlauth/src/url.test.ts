import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BadUrl } from './bad-url.ts'
import { parseSection } from './section.ts'
import { expiry, type ImapUrl, parseUrl, printUrl } from './url.ts'

const none = printable({})

function printable(fields: Partial<ImapUrl>): ImapUrl {
  return {
    server: null,
    mailbox: null,
    uidValidity: null,
    search: null,
    uid: null,
    section: null,
    partial: null,
    expire: null,
    access: null,
    verifier: null,
    ...fields,
  }
}

const server = (host: string, user: string | null = null, auth: string | null = null, port: number | null = null) => ({
  user,
  auth,
  host,
  port,
})

test('what URLs say (RFC 5092 §9, §6, RFC 4467 §3, RFC 4469)', () => {
  const token = '91354a473744909de610943775f92038'
  const rows: readonly (readonly [string, Partial<ImapUrl>])[] = [
    ['', {}],
    ['/', {}],
    ['imap://minbari.example.org', { server: server('minbari.example.org') }],
    ['//[::1]:1143/', { server: server('[::1]', null, null, 1143) }],
    [
      'imap://minbari.example.org/gray-council;UIDVALIDITY=385759045/;UID=20/;PARTIAL=0.1024',
      {
        server: server('minbari.example.org'),
        mailbox: 'gray-council',
        uidValidity: 385759045,
        uid: 20,
        partial: { offset: 0, octets: 1024 },
      },
    ],
    [
      'imap://psicorp.example.org/~peter/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E5%8F%B0%E5%8C%97',
      { server: server('psicorp.example.org'), mailbox: '~peter/日本語/台北' },
    ],
    [
      'imap://;AUTH=GSSAPI@minbari.example.org/gray-council/;uid=20/;section=1.2',
      {
        server: server('minbari.example.org', null, 'GSSAPI'),
        mailbox: 'gray-council',
        uid: 20,
        section: '1.2',
      },
    ],
    [
      'imap://;AUTH=*@minbari.example.org/gray%20council?SUBJECT%20shadows',
      { server: server('minbari.example.org', null, '*'), mailbox: 'gray council', search: 'SUBJECT shadows' },
    ],
    [
      'imap://john;AUTH=*@minbari.example.org/babylon5/personel?charset%20UTF-8%20SUBJECT%20%7B14+%7D%0D%0A%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0',
      {
        server: server('minbari.example.org', 'john', '*'),
        mailbox: 'babylon5/personel',
        search: 'charset UTF-8 SUBJECT {14+}\r\nИванова',
      },
    ],
    [
      `imap://joe@example.com/INBOX/;uid=20/;section=1.2;expire=2007-02-12T12:00:00Z;urlauth=submit+fred:internal:${token}`,
      {
        server: server('example.com', 'joe'),
        mailbox: 'INBOX',
        uid: 20,
        section: '1.2',
        expire: '2007-02-12T12:00:00Z',
        access: { who: 'submit', user: 'fred' },
        verifier: { mechanism: 'INTERNAL', token },
      },
    ],
    [
      'imap://joe@example.com/INBOX/;uid=20;urlauth=anonymous',
      { server: server('example.com', 'joe'), mailbox: 'INBOX', uid: 20, access: { who: 'anonymous', user: null } },
    ],
    // RFC 5593 §3.3: an application that is to come.
    [
      '/INBOX/;UID=20;URLAUTH=exampleApp3+testuser',
      { mailbox: 'INBOX', uid: 20, access: { who: 'exampleapp3', user: 'testuser' } },
    ],
    // RFC 5550 §8.4.1 has a slash before the authorization.
    [
      `imap://bob.ar@example.org/Sent;UIDVALIDITY=387899045/;uid=45/;urlauth=submit+bar:internal:${token}`,
      {
        server: server('example.org', 'bob.ar'),
        mailbox: 'Sent',
        uidValidity: 387899045,
        uid: 45,
        access: { who: 'submit', user: 'bar' },
        verifier: { mechanism: 'INTERNAL', token },
      },
    ],
    [
      '/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER',
      { mailbox: 'Drafts', uidValidity: 385759045, uid: 20, section: 'HEADER' },
    ],
    [
      '/INBOX/;UID=1/;SECTION=HEADER.FIELDS%20(To%20Cc)/;PARTIAL=5',
      { mailbox: 'INBOX', uid: 1, section: 'HEADER.FIELDS (To Cc)', partial: { offset: 5, octets: null } },
    ],
    ['/%2E%2E/a;uidvalidity=1', { mailbox: '../a', uidValidity: 1 }],
  ]
  for (const [text, fields] of rows) {
    const url = parseUrl(text)
    assert.deepEqual(url, { ...none, ...fields }, text)
    assert.deepEqual(parseUrl(printUrl(url)), url, printUrl(url))
  }
})

test('what is no URL', () => {
  const rows = [
    'http://example.org/INBOX',
    'INBOX/;UID=1',
    ';UID=1',
    'imap:///INBOX',
    'imap://@host/',
    'imap://a;b@host/',
    'imap://host:port/',
    'imap://ho st/',
    '//',
    '/a b',
    '/caf\u00e9',
    '/%',
    '/%zz',
    '/%ff',
    '/a%00b',
    '//host//INBOX',
    '/../INBOX/;UID=1',
    '/a/./b',
    '/INBOX;UID=1',
    '/INBOX/;UID=0',
    '/INBOX/;UID=x',
    '/INBOX/;UID=4294967296',
    '/INBOX;UIDVALIDITY=0/;UID=1',
    '/INBOX/;UID=1/;SECTION=',
    '/INBOX/;UID=1/;PARTIAL=.5',
    '/INBOX/;UID=1/;PARTIAL=0.0',
    '/INBOX/;UID=1/;PARTIAL=0/;SECTION=1',
    '/INBOX/;UID=1/;UID=2',
    '/INBOX/;UID=1?ALL',
    '/INBOX/;UID=1;EXPIRE=2007-02-12T12:00:00Z',
    '/INBOX/;UID=1;URLAUTH=some-body',
    '/INBOX/;UID=1;URLAUTH=',
    '/INBOX/;UID=1;EXPIRE=2007-02-29T12:00:00Z;URLAUTH=anonymous',
    '/INBOX/;UID=1;EXPIRE=2007-02-12T24:00:00Z;URLAUTH=anonymous',
    '/INBOX/;UID=1;EXPIRE=2007-02-12T12:00:00;URLAUTH=anonymous',
    '/INBOX/;UID=1/',
    '/INBOX/;UID=1//;URLAUTH=anonymous',
    '/INBOX/;UID=1;URLAUTH=anonymous;EXPIRE=2007-02-12T12:00:00Z',
    '/INBOX/;UID=1;URLAUTH=submit+',
    '/INBOX/;UID=1;URLAUTH=authuser:INTERNAL:123',
    '/INBOX;URLAUTH=authuser',
    `/${'a'.repeat(8192)}`,
  ]
  for (const text of rows) assert.throws(() => parseUrl(text), BadUrl, text)
  assert.equal(parseUrl(`/${'a'.repeat(8191)}`).mailbox?.length, 8191)
})

test('when a URL expires (RFC 3339 §5.6)', () => {
  const rows: readonly (readonly [string, number | null])[] = [
    ['1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520)],
    ['1996-12-19T16:39:57-08:00', Date.UTC(1996, 11, 20, 0, 39, 57)],
    ['1990-12-31T23:59:60Z', Date.UTC(1991, 0, 1)],
    ['1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870)],
    ['2024-02-29t00:00:00z', Date.UTC(2024, 1, 29)],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
    ['2023-02-29T00:00:00Z', null],
    ['2023-00-01T00:00:00Z', null],
    ['2023-13-01T00:00:00Z', null],
    ['2023-01-01T24:00:00Z', null],
    ['2023-01-01T00:60:00Z', null],
    ['2023-01-01T00:00:61Z', null],
    ['2023-01-01T00:00:00+24:00', null],
    ['2023-01-01 00:00:00Z', null],
  ]
  for (const [text, expected] of rows) assert.equal(expiry(text), expected, text)
})

test('sections (RFC 3501 §6.4.5)', () => {
  const rows: readonly (readonly [string, ReturnType<typeof parseSection> | null])[] = [
    ['', { path: [], text: null, fields: [] }],
    ['HEADER', { path: [], text: 'HEADER', fields: [] }],
    ['text', { path: [], text: 'TEXT', fields: [] }],
    ['1', { path: [1], text: null, fields: [] }],
    ['4.2.2.1', { path: [4, 2, 2, 1], text: null, fields: [] }],
    ['1.5.9.MIME', { path: [1, 5, 9], text: 'MIME', fields: [] }],
    ['3.HEADER.FIELDS (To "Cc")', { path: [3], text: 'HEADER.FIELDS', fields: ['To', 'Cc'] }],
    ['header.fields.not (X-A)', { path: [], text: 'HEADER.FIELDS.NOT', fields: ['X-A'] }],
    ['MIME', null],
    ['0', null],
    ['1.', null],
    ['1..2', null],
    ['1.0', null],
    ['HEADER.FIELDS', null],
    ['HEADER (To)', null],
    ['HEADER.FIELDS ()', null],
    ['HEADER.FIELDS (a  b)', null],
    ['1x', null],
    [Array(1001).fill('1').join('.'), null],
    [Array(1000).fill('1').join('.'), { path: Array(1000).fill(1), text: null, fields: [] }],
  ]
  for (const [spec, expected] of rows) {
    if (expected === null) assert.throws(() => parseSection(spec), BadUrl, spec)
    else assert.deepEqual(parseSection(spec), expected)
  }
})

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
const words = fc.string({
  unit: fc.constantFrom('a', '/', '.', ';', '?', '%', ' ', ':', '@', '&', 'é', '😀', '"', ']'),
  minLength: 1,
  maxLength: 12,
})
const number = fc.integer({ min: 1, max: 2 ** 32 - 1 })

test('what is printed reads as what it was', () => {
  const part = record({
    server: fc.option(
      record({
        user: fc.option(words),
        auth: fc.option(words),
        host: fc.constantFrom('example.org', '[::1]'),
        port: fc.option(fc.integer({ min: 1, max: 65535 })),
      }),
    ),
    mailbox: words,
    uidValidity: fc.option(number),
    uid: number,
    section: fc.option(words),
    partial: fc.option(record({ offset: fc.nat(), octets: fc.option(number) })),
    access: fc.option(
      record({ who: fc.constantFrom('submit', 'user', 'authuser', 'stream', 'x9'), user: fc.option(words) }),
    ),
  })
  fc.assert(
    fc.property(part, fields => {
      const url = printable(fields)
      assert.deepEqual(parseUrl(printUrl(url)), url)
      assert.match(printUrl(url), /^[!#-Z^-~[\]]*$/)
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('any text is a URL or is refused, soon', () => {
  const unit = fc.constantFrom(
    'imap://',
    '//',
    '/',
    ';UID=1',
    ';SECTION=',
    ';PARTIAL=0.1',
    ';EXPIRE=',
    ';URLAUTH=',
    'a',
    '%41',
    '%',
    '?',
    '@',
    ';AUTH=*',
    ':',
    '.',
    '\u00e9',
  )
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), text => {
      try {
        const url = parseUrl(text)
        assert.deepEqual(parseUrl(printUrl(url)), url)
      } catch (error) {
        if (!(error instanceof BadUrl)) throw error
      }
    }),
    { seed: 4, numRuns: 1000 },
  )
})
