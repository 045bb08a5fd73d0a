/** No script runs away and no message crashes one, whatever both are made of. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import fc from 'fast-check'
import {
  type Ask,
  capabilities,
  compile,
  isAsk,
  messageOf,
  type Outcome,
  type Program,
  type RunOptions,
  run,
} from './index.ts'

const envelope = { from: 'a@example.com', to: 'b@example.org' }

function answer(ask: Ask, octets: Buffer): unknown {
  switch (ask.ask) {
    case 'octets':
      return octets.subarray(ask.start, ask.end)
    case 'mailbox-metadata':
    case 'server-metadata':
      return ask.entry.includes('x') ? 'value' : null
    case 'content-verdict':
      return { value: 50, text: 'x' }
    case 'own-addresses':
      return ask.addresses.map(() => false)
    default:
      return ask.ask !== 'duplicate'
  }
}

function play(program: Program, octets: Buffer, options: RunOptions = {}): Outcome {
  const structure = parseMessage(octets)
  const message = messageOf(octets.subarray(0, structure.bodyStart), octets.length, structure)
  const script = run(program, message, envelope, options)
  let result = script.next()
  while (!result.done) result = script.next(isAsk(result.value) ? answer(result.value, octets) : undefined)
  return result.value
}

/** What an outcome must be, however it came about. */
function check({ error, actions, steps }: Outcome, octets: Buffer): void {
  assert.ok(Number.isSafeInteger(steps))
  if (error !== null) {
    assert.equal(error.cause, undefined, String(error.cause))
    assert.ok(error.message.endsWith('.'), error.message)
    assert.deepEqual(actions, [{ do: 'keep', implicit: true }])
  }
  for (const action of actions) {
    if (action.do !== 'keep' && action.do !== 'fileinto' && action.do !== 'redirect') continue
    let length = 0
    for (const piece of action.edited?.pieces ?? []) {
      if (piece instanceof Uint8Array) length += piece.length
      else {
        assert.ok(piece.start >= 0 && piece.start < piece.end && piece.end <= octets.length)
        length += piece.end - piece.start
      }
    }
    assert.equal(length, action.edited?.octets ?? 0)
  }
}

const string = fc.constantFrom(
  '"a"',
  '"*a?*"',
  '""',
  '"é"',
  '"(a|b)*c"',
  '"^.*[[:alpha:]]$"',
  `"\${1}\${x}"`,
  '"Content-Type"',
)
const list = fc.oneof(
  string,
  fc.array(string, { minLength: 1, maxLength: 3 }).map(all => `[${all.join()}]`),
)
const name = fc.constantFrom('"Subject"', '"X"', '"From"', '"Content-Type"', '"Received"')
const match = fc.constantFrom(
  ...[':is ', ':contains ', ':matches ', ':regex ', ':regex :comparator "i;octet" ', ':count "ge" '],
  ...[':regex :comparator "i;unicode-casemap" ', ':value "lt" ', ''],
)
const mimeTags = fc.constantFrom(
  '',
  ':mime ',
  ':mime :anychild ',
  ':mime :type ',
  ':mime :anychild :param "filename" ',
  ':index 1 ',
)
const { script } = fc.letrec<{ test: string; command: string; script: string }>(tie => ({
  test: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(mimeTags, match, name, list).map(([t, m, a, b]) => `header ${t}${m}${a} ${b}`),
    fc.tuple(match, list).map(([m, a]) => `address :mime :anychild ${m}"From" ${a}`),
    fc.tuple(match, list).map(([m, a]) => `body ${m}${a}`),
    fc.tuple(match, list, list).map(([m, a, b]) => `string ${m}${a} ${b}`),
    fc.tuple(match, string).map(([m, a]) => `spamtest :percent ${m}${a}`),
    fc.tuple(match, list).map(([m, a]) => `metadata ${m}"INBOX" "/shared/x" ${a}`),
    fc.constantFrom(
      'exists :mime :anychild "X"',
      'size :over 1K',
      'specialuse_exists "\\\\Junk"',
      'mailboxidexists "F1"',
      'true',
    ),
    tie('test').map(inner => `not ${inner}`),
  ),
  command: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(name, string).map(([a, b]) => `addheader ${a} ${b};`),
    fc.tuple(name, string).map(([a, b]) => `addheader :last ${a} ${b};`),
    fc.tuple(match, name, list).map(([m, a, b]) => `deleteheader ${m}${a} ${b};`),
    fc.constantFrom('deleteheader :index 1 :last "X";', 'keep;', 'discard;', 'redirect "a@example.com";', 'stop;'),
    fc.constantFrom('fileinto :copy "A";', 'fileinto :specialuse "\\\\Junk" "A";', 'enclose :subject "s" "text";'),
    fc.constantFrom(
      'replace "text\r\n--b";',
      'replace :subject "é" :from "a@b.example" "";',
      'replace :mime "X: y\r\n\r\nz";',
    ),
    fc.constantFrom('replace :mime "Content-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\n\r\n--z--";'),
    fc.constantFrom(
      `set :quoteregex "x" "\${1}";`,
      `set "x" "\${x}\${x}a";`,
      `foreverypart { extracttext :first 3 "x"; }`,
    ),
    tie('script').map(inner => `foreverypart { ${inner} }`),
    tie('script').map(inner => `foreverypart :name "l" { foreverypart { ${inner} break :name "l"; } }`),
    fc.tuple(tie('test'), tie('script'), tie('script')).map(([t, a, b]) => `if ${t} {${a}} else {${b}}`),
  ),
  script: fc.array(tie('command'), { maxLength: 5 }).map(all => all.join('\n')),
}))

/** A message out of pieces that are nearly right. */
const message = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'Subject: a\r\n',
        'X: y\r\n z\r\n',
        'From: a <b@c>, d:e@f;\r\n',
        '\r\n',
        '--b\r\n',
        '--b--\r\n',
        '--c\r\n',
      ),
      fc.constantFrom(
        'Content-Type: multipart/mixed; boundary=b\r\n',
        'Content-Type: message/rfc822\r\n',
        'Subject: =?x?q?y\n',
      ),
      fc.constantFrom(
        'Content-Type: text/html; charset=utf-16\r\n',
        'Content-Transfer-Encoding: base64\r\n',
        'Content-Type: a/b; boundary=c\r\n',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    ),
    { maxLength: 30 },
  )
  .map(parts => Buffer.from(parts.join(''), 'latin1'))

const requires = `require [${capabilities()
  .map(word => `"${word}"`)
  .join()}];\n`

test('whatever a script edits, walks through and matches, over whatever message, it ends and says why', () => {
  let ran = 0
  const property = fc.property(script, message, (source, octets) => {
    const { program, diagnostics } = compile(requires + source)
    for (const { message: sentence } of diagnostics) assert.ok(sentence.endsWith('.'), sentence)
    if (program === null) return
    ran++
    check(play(program, octets, { limits: { steps: 20_000, editedOctets: 5000 } }), octets)
  })
  fc.assert(property, { seed: 5703, numRuns: 1500 })
  assert.ok(ran > 700, `only ${ran} scripts have run`)
})

/** Runs a script with the limits that it has by default; answers with the error, null where there was none. */
function runaway(source: string, octets: Buffer, options?: RunOptions): string | null {
  const { program, diagnostics } = compile(requires + source)
  assert.deepEqual(diagnostics, [])
  assert.ok(program !== null)
  const begun = performance.now()
  const outcome = play(program, octets, options)
  check(outcome, octets)
  // Seconds on a slow machine under load, minutes if it ran away.
  assert.ok(performance.now() - begun < 20_000, `${performance.now() - begun} ms`)
  return outcome.error?.message ?? null
}

suite('a script that would not end, ends', () => {
  const parts = Buffer.from(
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: text/plain; name=x\r\n\r\ntext\r\n'.repeat(900)}--b--\r\n`,
  )
  const subject = Buffer.from(`Subject: ${'a'.repeat(100_000)}\r\n\r\n`)
  const tooMany = 'The script takes too many steps.'

  test('loops within loops over a thousand parts', () => {
    const inner = 'if header :mime :anychild :contains "Content-Type" "zzz" { keep; }'
    assert.equal(runaway(`foreverypart { foreverypart { ${inner} } ${inner.repeat(500)} }`, parts), tooMany)
  })

  test('parts that are replaced by parts', () => {
    const entity = `Content-Type: multipart/mixed; boundary=z\r\n\r\n${'--z\r\n\r\nx\r\n'.repeat(100)}--z--\r\n`
    const error = runaway(`foreverypart { replace :mime "${entity}"; }`, parts)
    assert.equal(error, null)
    assert.match(
      runaway(`foreverypart { foreverypart { replace "${'x'.repeat(10_000)}"; } }`, parts) ?? '',
      /^The script writes more than 4194304 octets/,
    )
  })

  test('a message enclosed again and again', () => {
    const error = runaway(`foreverypart { enclose "${'x'.repeat(10_000)}"; }`, parts)
    assert.equal(error, 'The script encloses its message more than 10 times.')
    assert.equal(runaway('enclose "x";'.repeat(10), parts), null)
    assert.equal(runaway('enclose "x";'.repeat(11), parts), error)
  })

  test('a thousand fields in front of a large header', () => {
    const header = Buffer.from(`${'X: y\r\n'.repeat(100_000)}\r\n`)
    assert.equal(runaway('addheader "Y" "z"; deleteheader "Y";'.repeat(5000), header), tooMany)
  })

  test('patterns that backtrack elsewhere', () => {
    const patterns = ['(a*)*$b', '(a|aa)+$b', '(.*)(.*)(.*)(.*)(.*)b', '(a{0,100}){20}b', '((a+)+)+b']
    for (const pattern of patterns) {
      const error = runaway(`if header :regex "Subject" "${pattern}" { discard; }`, subject)
      assert.ok(error === null || error === tooMany, String(error))
    }
    assert.equal(runaway('if header :regex "Subject" "(a?){250}b" { discard; }'.repeat(20), subject), tooMany)
  })

  test('variables that double, in patterns too', () => {
    const doubling = `set "x" "\${x}\${x}a";`.repeat(40)
    assert.equal(runaway(doubling, subject), null)
    const pattern = `if header :regex "Subject" "\${x}" { discard; }`
    assert.match(runaway(doubling + pattern, subject) ?? '', /^A regular expression has at most 2000 characters/)
  })
})

test('ten thousand recipients are looked at, thirty times, within the budget', () => {
  const to = Array.from({ length: 10_000 }, (_, i) => `"Person ${i}" <person${i}@host${i % 100}.example>`).join(
    ',\r\n ',
  )
  const octets = Buffer.from(`To: ${to}\r\nCc: group: ${to};\r\n\r\n`)
  const rule = (i: number) =>
    `if address :domain :contains ["to", "cc"] "nowhere${i}" { discard; } elsif address :count "gt" :comparator "i;ascii-numeric" "to" "20000" { discard; }`
  assert.equal(runaway(Array.from({ length: 30 }, (_, i) => rule(i)).join('\n'), octets), null)
})

test('what is read of a body is bounded, whatever asks for it', () => {
  const octets = Buffer.from(`Content-Type: text/plain\r\n\r\n${'line of text\r\n'.repeat(20_000)}`)
  const source = `foreverypart { extracttext "x"; } if string :contains "\${x}" "line" { fileinto "found"; }`
  const { program } = compile(requires + source)
  assert.ok(program !== null)
  for (const [limit, found] of [
    [0, 'keep'],
    [3, 'keep'],
    [4, 'fileinto'],
    [1_000_000, 'fileinto'],
  ] as const) {
    assert.equal(play(program, octets, { limits: { bodyOctets: limit } }).actions[0]?.do, found, `${limit}`)
  }
})

test('what is written into a message is bounded: as much as the limit, and no octet more', () => {
  const octets = Buffer.from('A: b\r\n\r\n')
  const { program } = compile('require "editheader"; addheader "X" "12345";')
  assert.ok(program !== null)
  const field = 'X: 12345\r\n'.length
  assert.equal(play(program, octets, { limits: { editedOctets: field } }).error, null)
  assert.match(
    play(program, octets, { limits: { editedOctets: field - 1 } }).error?.message ?? '',
    /more than 9 octets/,
  )
})

test('a pattern has as many characters and states as the limits allow', () => {
  const of = (limits: RunOptions['limits']) =>
    compile('require "regex"; if header :regex "a" "abc" { keep; }', { limits: limits ?? {} })
  assert.deepEqual(of({ regexCharacters: 3, regexStates: 4 }).diagnostics, [])
  assert.match(of({ regexCharacters: 2 }).diagnostics[0]?.message ?? '', /at most 2 characters/)
  assert.match(of({ regexStates: 3 }).diagnostics[0]?.message ?? '', /more than 3 states/)
})
