import assert from 'node:assert/strict'
import { test } from 'node:test'
import { citationsOf, hasSection } from './citations.ts'
import { missingPaths, tableProblems } from './standards-table.ts'

test('citations in the one form are read with their sections', () => {
  const rows: [text: string, found: string[]][] = [
    ['as RFC 3501 says', ['3501']],
    ['(RFC 3501 §6.4.5)', ['3501 6.4.5']],
    ['RFC 4469 §4, §5', ['4469 4', '4469 5']],
    ['RFC 3501 §6.3.6 and §6.3.9.', ['3501 6.3.6', '3501 6.3.9']],
    ['RFC 9051 §E. And so on', ['9051 E']],
    ['RFC 9051 §A.2', ['9051 A.2']],
    ['RFC 5256 §"REFERENCES"', ['5256']],
    ['RFC 4155, Appendix A', ['4155']],
    ['RFC822 and RFC822.SIZE, rfc5228.txt, /rfc/RFC3501, `RFC9999`', []],
  ]
  for (const [text, expected] of rows) {
    const { found, problems } = citationsOf(text)
    assert.deepEqual(problems, [], text)
    assert.deepEqual(
      found.map(({ rfc, section }) => `${rfc} ${section}`.trim()),
      expected,
      text,
    )
  }
})

test('citations in another form are told with their line', () => {
  for (const text of [
    'RFC3501',
    'RFC-3501',
    'Rfc 3501',
    'RFC 0821',
    'RFCs 3501',
    'RFC 3501 section 9',
    'RFC 3501, §9',
  ]) {
    const { problems } = citationsOf(`first\n${text}`)
    assert.equal(problems.length, 1, text)
    assert.match(problems[0] ?? '', /^line 2: write /, text)
  }
})

test('sections are found by their headings', () => {
  const text = '6.4.5.  FETCH Command\n   4.1  Limits\n\nAppendix A.  Notes\n\nB.1.  More\n'
  for (const number of ['6.4.5', '4.1', 'A', 'B.1']) assert.equal(hasSection(text, number), true, number)
  for (const number of ['6.4', '6.4.6', '4', 'C']) assert.equal(hasSection(text, number), false, number)
})

const offered = [
  { rfc: 2177, capabilities: ['IDLE'] },
  { rfc: 4314, capabilities: [] },
]
const rows: [what: string, document: string, says: string[]][] = [
  ['all of it', '\n## IMAP\n\n| RFC 2177 | `IDLE` | x |\n| RFC 4314 | | x |\n', []],
  ['a missing heading', '\n## SMTP\n', ['there is no "## IMAP"']],
  ['a missing row', '\n## IMAP\n| RFC 2177 | `IDLE` |\n', ['"IMAP" has no row for RFC 4314']],
  [
    'a missing name',
    '\n## IMAP\n| RFC 2177 | idle |\n| RFC 4314 | |\n',
    ['"IMAP" does not name `IDLE` in the row of RFC 2177'],
  ],
  [
    'a name too many',
    '\n## IMAP\n| RFC 2177 | `IDLE` |\n| RFC 4314 | `ACL` |\n## Sieve\n| RFC 1 | `x` |\n',
    ['"IMAP" names `ACL` of RFC 4314, which no extension offers'],
  ],
]
for (const [what, document, says] of rows) {
  test(`a table with ${what}`, () => assert.deepEqual(tableProblems(document, 'IMAP', offered), says))
}

test('a path that the document names and that is not there is told once', () => {
  const document = '| RFC 1 | `A` | `packages/a` |\n| RFC 2 | `B` | `test/b` `test/b` |\n'
  assert.deepEqual(
    missingPaths(document, path => path === 'packages/a'),
    ['it names test/b, which is not there'],
  )
})
