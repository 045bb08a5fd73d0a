import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchContext } from '../extension.ts'
import { searchProgram } from '../grammar/search-program.ts'
import { parsing } from '../testing.ts'
import { Parser } from '../wire/parser.ts'
import { octets } from '../wire/testing.ts'

/** The program as of a moment, in milliseconds. */
function programAt(now: number, text: string) {
  const p = new Parser(octets(text))
  const { program } = searchProgram(p, parsing())
  p.end()
  return program({ now } as SearchContext)
}

const rows: [text: string, now: number, is: 'before' | 'since', at: number][] = [
  ['OLDER 10', 100_000, 'before', 91_000],
  ['OLDER 10', 100_999, 'before', 91_000],
  ['YOUNGER 10', 100_000, 'since', 90_000],
  ['YOUNGER 10', 100_999, 'since', 90_000],
  ['younger 4294967295', 0, 'since', -4_294_967_295_000],
]

test('both keys match the second itself', () => {
  for (const [text, now, is, at] of rows) assert.deepEqual(programAt(now, text), { key: 'arrival', is, at }, text)
})

test('an interval is an nz-number', () => {
  for (const text of ['OLDER 0', 'OLDER', 'OLDER -1', 'YOUNGER 4294967296', 'YOUNGER x', 'OLDER  1']) {
    assert.throws(() => programAt(0, text), { name: 'Bad' }, text)
  }
})
