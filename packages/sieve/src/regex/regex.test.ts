import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { BadRegex, compileRegex, searchRegex, type Variants } from './index.ts'

const limits = { regexCharacters: 200, regexStates: 2000 }
const exactly: Variants = point => [point]
const anyCase: Variants = point => {
  const character = String.fromCodePoint(point)
  return [character, character.toLowerCase(), character.toUpperCase()].map(each => each.codePointAt(0) ?? 0)
}

const pointsOf = (text: string) => [...text].map(character => character.codePointAt(0) ?? 0)

/** The match and its groups, null where there is none; '-' for a group that took no part. */
function found(pattern: string, text: string, variants = exactly): string[] | null {
  const places = searchRegex(compileRegex(pattern, variants, limits), pointsOf(text), true, () => {})
  if (places === null) return null
  return Array.from({ length: places.length / 2 }, (_, i) => {
    const [start = -1, end = -1] = places.slice(2 * i, 2 * i + 2)
    return end === -1 ? '-' : [...text].slice(start, end).join('')
  })
}

suite('finds the leftmost match, and of those the longest', () => {
  const rows: [pattern: string, text: string, found: string[] | null][] = [
    ['', 'abc', ['']],
    ['b', 'abc', ['b']],
    ['x', 'abc', null],
    ['a|ab|abc', 'xabcd', ['abc']],
    ['(a|ab)(c|bcd)(d*)', 'abcd', ['abcd', 'a', 'bcd', '']],
    ['x*', 'aaa', ['']],
    ['a.c', 'ac abc', ['abc']],
    ['a.c', 'a\nc', ['a\nc']],
    ['^a', 'ba', null],
    ['b$', 'ab', ['b']],
    ['^$', '', ['']],
    ['(^|,)x(,|$)', 'a,x', [',x', ',', '']],
    ['a+', 'baaab', ['aaa']],
    ['colou?r', 'color', ['color']],
    ['a{2}', 'aaaaa', ['aa']],
    ['a{2,}', 'aaaaa', ['aaaaa']],
    ['a{2,3}', 'aaaaa', ['aaa']],
    ['^a{0}$', '', ['']],
    ['(ab){1,2}c', 'abababc', ['ababc', 'ab']],
    ['(a*)*', 'aaab', ['aaa', 'aaa']],
    ['(a*)+', 'b', ['', '']],
    ['(a|b)*c', 'abac', ['abac', 'a']],
    ['(a)|(b)', 'b', ['b', '-', 'b']],
    ['a||b', 'b', ['b']],
    ['a||b', 'c', ['']],
    ['()x', 'x', ['x', '']],
    ['a{', 'a{', ['a{']],
    ['a{,2}', 'a{,2}', ['a{,2}']],
    ['a.*?c', 'abcbc', ['abcbc']],
    ['(.)(.)', '€😀', ['€😀', '€', '😀']],
    ['^.$', '\udc80', ['\udc80']],
  ]
  for (const [pattern, text, expected] of rows) {
    test(`${pattern} on ${JSON.stringify(text)}`, () => assert.deepEqual(found(pattern, text), expected))
  }
})

suite('quoted characters, shorthands and the edges of words', () => {
  const rows: [pattern: string, text: string, found: string | null][] = [
    ['\\.\\*\\[\\]\\(\\)\\{\\}\\^\\$\\|\\\\\\+\\?', '.*[](){}^$|\\+?', '.*[](){}^$|\\+?'],
    ['\\-\\@', '-@', '-@'],
    ['\\w+', '-über_9-', 'über_9'],
    ['\\W+', 'a, b', ', '],
    ['\\s\\S', 'a b', ' b'],
    ['\\bcat\\b', 'concat cat', 'cat'],
    ['\\bcat', 'concat', null],
    ['\\Bcat', 'concat', 'cat'],
    ['\\<a', 'ba a', 'a'],
    ['a\\>.', 'ab a.', 'a.'],
  ]
  for (const [pattern, text, expected] of rows) {
    test(`${pattern} on ${text}`, () => assert.deepEqual(found(pattern, text)?.[0] ?? null, expected))
  }
})

suite('bracket expressions', () => {
  const rows: [pattern: string, in_: string, out: string][] = [
    ['[abc]', 'abc', 'dA['],
    ['[^abc]', 'dA^\n', 'abc'],
    ['[]a]', ']a', '['],
    ['[^]a]', '[b', ']a'],
    ['[a-c]', 'abc', '-d'],
    ['[a-]', 'a-', 'b'],
    ['[-a]', 'a-', 'b'],
    ['[%--]', "%&'()*+,-", '.'],
    ['[--/]', '-./', ',0'],
    ['[\\n]', '\\n', '\n'],
    ['[a^]', 'a^', 'b'],
    ['[.*[(]', '.*[(', 'a'],
    ['[[:alpha:]]', 'aZéß', '1_ '],
    ['[[:digit:][:upper:]-]', '1É-', 'aé'],
    ['[^[:space:]]', 'a\u00e9', ' \t\u00a0'],
    ['[[:punct:]]', '.,-$+|~', 'a1 '],
    ['[[:xdigit:]]', '09afAF', 'gG'],
    ['[[:blank:]]', ' \t', '\na'],
    ['[[:cntrl:]]', '\0\x7f', ' a'],
    ['[[:graph:]]', 'a!é', ' \0'],
    ['[[:print:]]', 'a! ', '\n\0'],
    ['[[:lower:]]', 'aé', 'AÉ1'],
    ['[[:alnum:]]', 'aA1', '_-'],
    ['[[=e=]]', 'e', 'é'],
    ['[[.hyphen.][.].][.space.]]', '-] ', 'a'],
    ['[[.a.]-c]', 'abc', 'd'],
    ['[à-ý]', 'é', 'e'],
    ['[😀-😂]', '😁', '😄'],
  ]
  for (const [pattern, inside, outside] of rows) {
    test(pattern, () => {
      for (const character of inside) assert.deepEqual(found(`^${pattern}$`, character), [character], character)
      for (const character of outside) assert.equal(found(`^${pattern}$`, character), null, character)
    })
  }
})

test('characters that a comparator takes for each other match, in sets and outside of them too', () => {
  assert.deepEqual(found('hello [a-c] [[:upper:]]', 'HELLO B x', anyCase), ['HELLO B x'])
  assert.equal(found('[^a]', 'A', anyCase), null)
  assert.equal(found('hello', 'HELLO'), null)
})

suite('what is no regular expression has a sentence', () => {
  const rows: [pattern: string, sentence: RegExp][] = [
    ['(a', /"\(" that is not closed/],
    ['a)', /"\)" that closes nothing/],
    ['*a', /nothing stands before "\*"/],
    ['a|+', /nothing stands before "\+"/],
    ['(?:a)', /nothing stands before "\?"/],
    ['{2}', /nothing stands before "\{"/],
    ['a{2', /An interval/],
    ['a{2,1}', /ends before it begins/],
    ['a{256}', /goes up to 255/],
    ['[a', /"\[" that is not closed/],
    ['[', /"\[" that is not closed/],
    ['[]', /"\[" that is not closed/],
    ['[[:alpha:', /"\[" that is not closed/],
    ['[[:word:]]', /no class "\[:word:\]": alnum/],
    ['[[.nothing.]]', /no character "\[\.nothing\.\]"/],
    ['[[:alpha:]-z]', /cannot begin with a class/],
    ['[a-[:alpha:]]', /cannot end with a class/],
    ['[z-a]', /range that ends before/],
    ['a\\', /ends in a backslash/],
    ['(a)\\1', /Back-references/],
    ['\\d', /"\\d", which means nothing/],
  ]
  for (const [pattern, sentence] of rows) {
    test(pattern, () =>
      assert.throws(
        () => found(pattern, ''),
        error => error instanceof BadRegex && sentence.test(error.message),
      ),
    )
  }
})

suite('bounds', () => {
  const compiles = (pattern: string) => compileRegex(pattern, exactly, limits)
  test('characters of a pattern', () => {
    compiles('a'.repeat(200))
    assert.throws(() => compiles('a'.repeat(201)), /at most 200 characters/)
  })
  test('states', () => {
    compiles('(a{99}){19}..{28}')
    assert.throws(() => compiles('((a{255}){255}){255}'), /more than 2000 states/)
    assert.equal(compiles(`${'(a{99}){19}'}${'a'.repeat(80)}`).states.length, 19 * 101 + 81)
    compiles(`${'(a{99}){19}'}${'a'.repeat(80)}`)
    assert.equal(compiles(`(a{99}){19}${'b'.repeat(80)}`).states.length, 2000)
    assert.throws(() => compiles(`(a{99}){19}${'b'.repeat(81)}`), /more than 2000 states/)
  })
  test('groups', () => {
    const pattern = (groups: number) => '()'.repeat(groups)
    assert.equal(compiles(pattern(99)).groups, 99)
    assert.throws(() => compiles(pattern(100)), /at most 99 groups/)
  })
  test('repetitions of repetitions', () => {
    assert.deepEqual(found(`a${'*+?'.repeat(60)}`, 'aa'), ['aa'])
  })
})

test('time grows with characters times states, whatever the pattern', () => {
  for (const pattern of ['(a*)*b', '(a|a)*b', '(a|aa)+$', '(x+x+)+y', `${'a?'.repeat(30)}${'a'.repeat(30)}b`]) {
    const regex = compileRegex(pattern, exactly, limits)
    const text = pointsOf('a'.repeat(5000)).concat(pointsOf('x'.repeat(100)))
    let visited = 0
    searchRegex(regex, text, true, states => {
      visited += states
    })
    assert.ok(visited <= (text.length + 1) * (regex.states.length + 1), `${pattern}: ${visited}`)
  }
})

test('a match is found where a backtracking matcher finds one', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '^', '$', '\\b')
  const { tree } = fc.letrec<{ tree: string }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => a + b),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}|${b})`),
      fc.tuple(tie('tree'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}')).map(([a, q]) => `(${a})${q}`),
    ),
  }))
  const text = fc.array(fc.constantFrom('a', 'b', ' '), { maxLength: 8 }).map(all => all.join(''))
  fc.assert(
    fc.property(tree, text, (pattern, value) => {
      const reference = new RegExp(pattern, 's').exec(value)
      const own = found(pattern, value)
      assert.equal(own === null, reference === null)
      if (own === null || reference === null) return
      // As far to the left, and at least as long.
      assert.ok((own[0] as string).length >= reference[0].length)
      assert.ok(value.slice(reference.index).startsWith(own[0] as string))
      const sticky = new RegExp(`^(?:${pattern})$`, 's')
      if (!/[$^\\]/.test(pattern)) assert.ok(sticky.test(own[0] as string))
    }),
    { seed: 9, numRuns: 3000 },
  )
})

test('any octets are a regular expression or have a sentence', () => {
  const pattern = fc.array(fc.constantFrom(...'ab.[]()*+?{}|^$\\-:=,12é'), { maxLength: 30 }).map(all => all.join(''))
  fc.assert(
    fc.property(pattern, fc.string({ unit: 'binary', maxLength: 20 }), (source, text) => {
      try {
        found(source, text)
      } catch (error) {
        assert.ok(error instanceof BadRegex && error.message.endsWith('.'), String(error))
      }
    }),
    { seed: 4, numRuns: 5000 },
  )
})
