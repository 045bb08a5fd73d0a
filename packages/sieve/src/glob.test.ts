import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { globOf, matchGlob } from './glob.ts'

/** What each wildcard took, or null where there is no match. */
function captures(pattern: string | string[], value: string | string[]): string[] | null {
  const spans = matchGlob(globOf(pattern), value, () => {})
  const characters = [...value]
  return spans?.map(({ start, end }) => characters.slice(start, end).join('')) ?? null
}

suite('wildcards take as little as they can', () => {
  const rows: [pattern: string, value: string, captures: string[] | null][] = [
    ['', '', []],
    ['', 'a', null],
    ['*', '', ['']],
    ['?', '', null],
    ['*<*@*', 'Wile <wile@acme.example>', ['Wile ', 'wile', 'acme.example>']],
    ['[*] *', '[acme-users] [fwd] version 1.0 is out', ['acme-users', '[fwd] version 1.0 is out']],
    ['coyote@**.com', 'coyote@ACME.Example.com', ['', 'ACME.Example']],
    ['a*b*c', 'abbbc', ['', 'bb']],
    ['*a', 'aaa', ['aa']],
    ['a*a', 'a', null],
    ['a*?', 'ab', ['', 'b']],
    ['?*?', 'abc', ['a', 'b', 'c']],
    ['*?x*', 'aaxax', ['a', 'a', 'ax']],
    ['\\*', '*', []],
    ['\\*', 'x', null],
    ['\\', '\\', []],
    ['*ab*ab', 'abab', ['', '']],
    ['*ab*ab', 'aab', null],
  ]
  for (const [pattern, value, expected] of rows) {
    test(`${JSON.stringify(pattern)} on ${JSON.stringify(value)}`, () => {
      assert.deepEqual(captures(pattern, value), expected)
      assert.deepEqual(captures([...pattern], [...value]), expected, 'as an array of characters')
    })
  }
})

test('a match is found where a backtracking matcher finds one, with the same captures', () => {
  const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 12 }).map(all => all.join(''))
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }).map(all => all.join(''))
  const property = fc.property(pattern, text, (glob, value) => {
    const source = [...glob].map(c => (c === '*' ? '(.*?)' : c === '?' ? '(.)' : c)).join('')
    const expected = new RegExp(`^${source}$`, 's').exec(value)?.slice(1) ?? null
    assert.deepEqual(captures(glob, value), expected)
  })
  fc.assert(property, { seed: 3, numRuns: 5000 })
})

test('a hostile pattern costs what it says it costs', () => {
  let work = 0
  const glob = globOf(`${'*a?b'.repeat(500)}*c`)
  assert.equal(
    matchGlob(glob, 'a'.repeat(20_000), n => {
      work += n
    }),
    null,
  )
  assert.ok(work < 200_000, `${work}`)
})
