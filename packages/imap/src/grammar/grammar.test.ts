import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchKey } from '@lemonade/store'
import fc from 'fast-check'
import { fetchItems } from '../core/fetch.ts'
import type { SearchContext } from '../extension.ts'
import { No } from '../problem.ts'
import { parsing } from '../testing.ts'
import { Bad } from '../wire/bad.ts'
import { Parser } from '../wire/parser.ts'
import { accepts, octets, refuses, text } from '../wire/testing.ts'
import { Writer } from '../wire/writer.ts'
import { flagList, storeFlags } from './flags.ts'
import { listPattern } from './list-pattern.ts'
import { mailbox } from './mailbox.ts'
import { searchProgram } from './search-program.ts'
import { partial, section, writeSection } from './section.ts'

const at = parsing()

test('mailbox', () => {
  const parse = (p: Parser) => mailbox(p, at)
  accepts(parse, 'iNbOx', 'INBOX')
  accepts(parse, '"inbox/Sub"', 'INBOX/Sub')
  accepts(parse, 'inboxes', 'inboxes')
  accepts(parse, '&U,BTFw- x', '台北', ' x')
  accepts(parse, '{5}\r\nInbox', 'INBOX')
  for (const bad of ['&', '', '(']) refuses(parse, bad)
  // What is not US-ASCII is no modified UTF-7 (RFC 6855 §3).
  accepts(parse, '"é & ü"', 'é & ü')
  accepts(p => mailbox(p, { ...at, utf8: true }), '"台北 & co"', '台北 & co')
})

test('flags', () => {
  accepts(p => flagList(p, at), '()', [])
  accepts(p => flagList(p, at), '(\\SEEN $Junk \\deleted)', ['\\Seen', '$Junk', '\\Deleted'])
  accepts(p => storeFlags(p, at), '\\Seen $a b', ['\\Seen', '$a', 'b'])
  for (const bad of ['(\\Recent)', '(\\*)', '(\\Foo)', '\\Seen ', '', '(a b']) refuses(p => storeFlags(p, at), bad)
})

test('section and partial', () => {
  const rows: [string, Parameters<typeof writeSection>[1]][] = [
    ['[]', { path: [], text: null, fields: [] }],
    ['[1.2.3]', { path: [1, 2, 3], text: null, fields: [] }],
    ['[HEADER]', { path: [], text: 'HEADER', fields: [] }],
    ['[4.2.TEXT]', { path: [4, 2], text: 'TEXT', fields: [] }],
    ['[1.MIME]', { path: [1], text: 'MIME', fields: [] }],
    ['[HEADER.FIELDS (From "a b")]', { path: [], text: 'HEADER.FIELDS', fields: ['From', 'a b'] }],
    ['[3.HEADER.FIELDS.NOT (DATE)]', { path: [3], text: 'HEADER.FIELDS.NOT', fields: ['DATE'] }],
  ]
  for (const [written, value] of rows) {
    accepts(p => section(p, at), written, value)
    const w = new Writer()
    writeSection(w, value)
    assert.equal(text(w.take()), written)
  }
  const bad = [
    '[MIME]',
    '[0]',
    '[1.]',
    '[.1]',
    '[1..2]',
    '[HEADER.FIELDS]',
    '[HEADER.FIELDS ()]',
    '[NOTHING]',
    '[1',
    '',
    '[TEXT.1]',
  ]
  for (const given of bad) refuses(p => section(p, at), given)
  accepts(partial, '<0.1>', { offset: 0, octets: 1 })
  accepts(partial, ' x', null, ' x')
  for (const given of ['<0.0>', '<1>', '<.1>', '<0.1', '<-1.1>', '<4294967296.1>']) refuses(partial, given)
})

test('list patterns', () => {
  const rows: [pattern: string, name: string, matches: boolean][] = [
    ['*', 'a/b/c', true],
    ['%', 'a/b', false],
    ['%', 'ab', true],
    ['%/%', 'a/b', true],
    ['a%c', 'abbc', true],
    ['a%c', 'ab/c', false],
    ['a*c', 'ab/c', true],
    ['*%', 'a/b', true],
    ['%*', 'a/b', true],
    ['', '', true],
    ['', 'a', false],
    ['inBoX', 'INBOX', true],
    ['in%', 'INBOX', true],
    ['inbox/a', 'INBOX/a', true],
    ['inbox/A', 'INBOX/a', false],
    ['foo', 'FOO', false],
    ['a/', 'a', false],
    ['**a**b**', 'xaxbx', true],
  ]
  for (const [pattern, name, expected] of rows) {
    assert.equal(listPattern('', pattern, { utf8: false, wildcards: 10 })(name), expected, `${pattern} ${name}`)
  }
})

test('a list pattern agrees with a regular expression, and is quick where that would not be', () => {
  const letter = fc.constantFrom('a', 'b', '/', '*', '%')
  fc.assert(
    fc.property(
      fc.array(letter, { maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }),
      (p, n) => {
        const regex = new RegExp(`^${p.join('').replaceAll('*', '.*').replaceAll('%', '[^/]*')}$`)
        const pattern = listPattern('', p.join(''), { utf8: false, wildcards: 10 })
        assert.equal(pattern(n.join('')), regex.test(n.join('')))
      },
    ),
    { seed: 11, numRuns: 3000 },
  )
  const slow = listPattern('', `${'*a'.repeat(30)}b`, { utf8: false, wildcards: 30 })
  assert.equal(slow('a'.repeat(500)), false)
  const astral = listPattern('', '\u{1f4e7}%', { utf8: true, wildcards: 30 })
  assert.deepEqual([astral('\u{1f4e7}x'), astral('\u{1f4e8}x')], [true, false])
})

const context = {
  view: { resolve: () => 'uids', resolveLoosely: () => 'numbers', recentUids: () => 'recent' },
  session: {},
} as unknown as SearchContext

function program(given: string): SearchKey {
  const p = new Parser(octets(given))
  const criteria = searchProgram(p, at)
  p.end()
  return criteria.program(context)
}

test('search programs', () => {
  const flagged: SearchKey = { key: 'flag', flag: '\\Flagged' }
  const rows: [string, unknown][] = [
    ['all', { key: 'all' }],
    ['FLAGGED UNSEEN', { key: 'and', of: [flagged, { key: 'not', of: { key: 'flag', flag: '\\Seen' } }] }],
    ['(FLAGGED)', flagged],
    ['NOT (FLAGGED ALL)', { key: 'not', of: { key: 'and', of: [flagged, { key: 'all' }] } }],
    ['OR FLAGGED NOT FLAGGED', { key: 'or', of: [flagged, { key: 'not', of: flagged }] }],
    ['2:4,*', { key: 'uids', uids: 'numbers' }],
    ['UID 2:4', { key: 'uids', uids: 'uids' }],
    ['RECENT', { key: 'uids', uids: 'recent' }],
    [
      'NEW',
      {
        key: 'and',
        of: [
          { key: 'uids', uids: 'recent' },
          { key: 'not', of: { key: 'flag', flag: '\\Seen' } },
        ],
      },
    ],
    ['HEADER Cc ""', { key: 'header', field: 'Cc', value: '' }],
    ['SUBJECT {3}\r\na b', { key: 'header', field: 'Subject', value: 'a b' }],
    ['SENTSINCE 1-Feb-1994', { key: 'sent-date', is: 'since', day: 8797 }],
    ['ON "2-Jan-1970"', { key: 'internal-date', is: 'on', day: 1 }],
    ['LARGER 0', { key: 'larger', octets: 0 }],
    ['KEYWORD $Junk', { key: 'flag', flag: '$Junk' }],
    ['MODSEQ "/flags/\\\\draft" all 7', { key: 'mod-seq', modSeq: 7 }],
    ['charset utf-8 TEXT "é"', { key: 'text', value: 'é' }],
  ]
  for (const [given, expected] of rows) assert.deepEqual(program(given), expected, given)
  for (const bad of [
    '',
    'NOT',
    'OR ALL',
    '()',
    '(ALL',
    'ALL ',
    'KEYWORD "a"',
    'LARGER x',
    'HEADER Cc',
    'FOO',
    'CHARSET UTF-8',
  ]) {
    assert.throws(() => program(bad), Bad, bad)
  }
  assert.throws(() => program('CHARSET X-NONE ALL'), No)
})

test('charsets of search strings', () => {
  const p = new Parser(Buffer.concat([octets('CHARSET ISO-8859-1 TEXT {1}\r\n'), Uint8Array.of(0xe9)]))
  assert.deepEqual(searchProgram(p, at).program(context), { key: 'text', value: 'é' })
})

test('what FETCH and SEARCH make of any words is a value or a refusal', () => {
  const words = [
    ...[...at.tables.searchKeys.keys(), ...at.tables.fetchItems.keys(), 'ALL', 'FAST', 'CHARSET', 'UTF-8', 'RETURN'],
    ...[
      '(',
      ')',
      ' ',
      ' ',
      ' ',
      '[',
      ']',
      '<0.1>',
      '1',
      '*',
      ':',
      ',',
      '"a"',
      '{1}\r\na',
      '1.2',
      '.MIME',
      '1-Jan-2000',
      '"',
    ],
  ]
  const productions = [(p: Parser) => searchProgram(p, at), (p: Parser) => fetchItems(p, at)]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...words), { maxLength: 14 }),
      fc.constantFrom(...productions),
      (given, parse) => {
        try {
          parse(new Parser(octets(given.join(''))))
        } catch (error) {
          assert.ok(error instanceof Bad || error instanceof No || (error as Error).name === 'Waits', String(error))
        }
      },
    ),
    { seed: 12, numRuns: 4000 },
  )
})

test('strings of SEARCH are in the charset that is named, and UTF-8 where none is (RFC 6855 §3, RFC 9051 §6.4.4)', () => {
  const parse = (text: string) => searchProgram(new Parser(Buffer.from(text, 'latin1')), at)
  for (const bad of ['SUBJECT "\xff"', 'CHARSET UTF-8 SUBJECT "a\xc3"', 'TEXT {1}\r\n\x80'])
    assert.throws(() => parse(bad), Bad)
  for (const good of ['SUBJECT "\xc3\xbc"', 'CHARSET ISO-8859-1 SUBJECT "\xff"']) parse(good)
})
