import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import fc from 'fast-check'
import {
  type Answer,
  type Ask,
  capabilities,
  compile,
  isAsk,
  messageOf,
  type Outcome,
  type Program,
  run,
} from './index.ts'

const envelope = { from: 'a@example.org', to: 'b+c@example.net' }

/** Runs a script over a message, with an answer for everything. The budget bounds it; nothing may be thrown. */
function play(program: Program, octets: Buffer): Outcome {
  const structure = parseMessage(octets)
  const message = messageOf(octets.subarray(0, structure.bodyStart), octets.length, structure)
  const script = run(program, message, envelope, { limits: { steps: 20_000 } })
  let result = script.next()
  while (!result.done) result = script.next(isAsk(result.value) ? answer(result.value, octets) : undefined)
  return result.value
}

function answer(ask: Ask, octets: Buffer): Answer {
  return ask.ask === 'octets' ? octets.subarray(ask.start, ask.end) : true
}

const words = [
  [
    'require',
    'if',
    'elsif',
    'else',
    'stop',
    'keep',
    'discard',
    'redirect',
    'fileinto',
    'text:\n',
    'text:\n.\n',
    '#',
    '/*',
    '*/',
  ],
  ['address', 'allof', 'anyof', 'envelope', 'exists', 'false', 'header', 'not', 'size', 'true', 'frobnicate'],
  [':is', ':contains', ':matches', ':comparator', ':all', ':localpart', ':domain', ':over', ':under', ':copy', ':'],
  ['"fileinto"', '"envelope"', '"encoded-character"', '"i;octet"', '"Subject"', '"from"', '"*"', '"a?b"', '"a@b.c"'],
  ['"variables"', '"imap4flags"', '"copy"', '"relational"', '"body"', 'set', 'addflag', ':flags', ':count', `"\${x}"`],
  [
    `"\${hex:40}"`,
    `"\${unicode:D800}"`,
    '"',
    '\\',
    '5',
    '100K',
    '9999999999999999999',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ';',
  ],
  [' ', '\n', '\r\n', '\r', '\0', 'é', '\ud800', '.', '\n.\n'],
].flat()

const message = Buffer.from('From: a@b.c\r\nSubject: aXb\r\nTo: x:y@z;,\r\n\r\n')

test('whatever is compiled, compile ends, says where, and what it accepts runs to its end', () => {
  const script = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map(parts => parts.join(' '))
  const property = fc.property(script, source => {
    const { program, diagnostics } = compile(source)
    assert.equal(
      program === null,
      diagnostics.some(d => d.severity === 'error'),
    )
    for (const { line, column, message } of diagnostics) assert.ok(line >= 1 && column >= 1 && message.length > 0)
    if (program !== null) {
      assert.deepEqual(JSON.parse(JSON.stringify(program)), program)
      play(program, message)
    }
  })
  fc.assert(property, { seed: 5228, numRuns: 4000 })
})

test('any octets are a script or have diagnostics', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), octets => {
    const { program, diagnostics } = compile(octets)
    assert.equal(program === null, diagnostics.length > 0)
  })
  fc.assert(property, { seed: 1, numRuns: 1000 })
})

/** Well-formed scripts: a tree of the grammar, printed. */
const string = fc.constantFrom(
  '"a"',
  '"*a?*"',
  '""',
  '"\\"\\\\"',
  '"é"',
  'text:\n..x\n.\n',
  `"\${hex:c3}\${unicode:20ac}"`,
)
const list = fc.oneof(
  string,
  fc.array(string, { minLength: 1, maxLength: 4 }).map(all => `[${all.join(',')}]`),
)
const match = fc.constantFrom(
  ...['', ':is ', ':contains ', ':matches ', ':matches :comparator "i;octet" ', ':value "ge" ', ':count "lt" '],
  ...[':contains :comparator "i;unicode-casemap" ', ':matches :comparator "i;unicode-casemap" '],
  ...[':count "ge" :comparator "i;ascii-numeric" ', ':value "ne" :comparator "i;ascii-numeric" '],
)
const transform = fc.constantFrom('', ':raw ', ':text ', ':content ["multipart", ""] ', ':content "text/plain" ')
const part = fc.constantFrom('', ':localpart ', ':domain ', ':all ', ':user ', ':detail ')
const { test: anyTest, script } = fc.letrec<{ test: string; command: string; script: string }>(tie => ({
  test: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('true', 'false', 'size :over 1K', 'exists "From"', 'size :under 4G'),
    fc.tuple(match, list, list).map(([m, a, b]) => `header ${m}${a} ${b}`),
    fc.tuple(match, part, list).map(([m, p, b]) => `address ${m}${p}["from","TO"] ${b}`),
    fc.tuple(match, part, list).map(([m, p, b]) => `envelope ${p}${m}["from","to"] ${b}`),
    tie('test').map(inner => `not ${inner}`),
    fc.tuple(match, list, list).map(([m, a, b]) => `string ${m}${a} ${b}`),
    fc.tuple(match, list).map(([m, a]) => `hasflag ${m}${a}`),
    fc.tuple(transform, match, list).map(([t, m, a]) => `body ${t}${m}${a}`),
    fc.tuple(match, list).map(([m, a]) => `currentdate ${m}"iso8601" ${a}`),
    fc.tuple(match, list).map(([m, a]) => `date :originalzone ${m}"Date" "year" ${a}`),
    fc.tuple(match, list, list).map(([m, a, b]) => `header :index 2 :last ${m}${a} ${b}`),
    list.map(names => `mailboxexists ${names}`),
    fc.array(tie('test'), { minLength: 1, maxLength: 4 }).map(all => `anyof(${all.join(',')})`),
    fc.array(tie('test'), { minLength: 1, maxLength: 4 }).map(all => `allof(${all.join(',')})`),
  ),
  command: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('keep;', 'discard;', 'stop;', 'redirect "a@example.com";', 'fileinto "A";', '/* */', '# x\n'),
    fc.constantFrom(
      'fileinto :copy :create :flags "\\\\Seen" "A";',
      `set :upper "x" "\${0}\${1}\${x}y";`,
      `addflag "\${x} b";`,
    ),
    fc.tuple(tie('test'), tie('script'), tie('script')).map(([t, a, b]) => `if ${t} {${a}} else {${b}}`),
    fc.tuple(tie('test'), tie('test'), tie('script')).map(([s, t, a]) => `if ${s} {} elsif ${t} {${a}}`),
  ),
  script: fc.array(tie('command'), { maxLength: 6 }).map(all => all.join('\n')),
}))
const requires = `require [${capabilities()
  .map(word => `"${word}"`)
  .join()}];\n`

test('every script that the grammar makes compiles and runs over any header', () => {
  const header = fc.array(fc.tuple(fc.constantFrom('From', 'To', 'Subject', 'a', 'é'), fc.string({ unit: 'binary' })), {
    maxLength: 8,
  })
  const property = fc.property(script, header, fc.string({ unit: 'binary' }), (source, fields, body) => {
    const { program, diagnostics } = compile(requires + source)
    assert.deepEqual(diagnostics, [])
    assert.ok(program !== null)
    const text = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const outcome = play(program, Buffer.from(`${text}\r\n${body}`))
    assert.equal(outcome.error, null)
  })
  fc.assert(property, { seed: 8, numRuns: 1500 })
})

test('what a test says, its double negation says too', () => {
  const property = fc.property(anyTest, source => {
    const answers = [source, `not not ${source}`, `not anyof(not ${source}, false)`].map(text => {
      const { program } = compile(`${requires}if ${text} { discard; }`)
      return program === null ? null : play(program, message).actions.length
    })
    assert.ok(answers[0] !== null)
    assert.deepEqual(answers, [answers[0], answers[0], answers[0]])
  })
  fc.assert(property, { seed: 11, numRuns: 500 })
})
