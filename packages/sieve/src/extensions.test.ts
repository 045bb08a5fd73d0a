import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import { type Ask, compile, describeAct, execute, link, messageOf, type Outcome, type SieveLimits } from './index.ts'

async function play(source: string, text = 'Subject: x\r\n\r\n', limits: Partial<SieveLimits> = {}): Promise<Outcome> {
  const { program, diagnostics } = compile(source)
  assert.deepEqual(diagnostics, [])
  assert.ok(program !== null)
  const octets = Buffer.from(text)
  const end = octets.indexOf('\r\n\r\n') + 4
  const message = messageOf(octets.subarray(0, end), octets.length, parseMessage(octets))
  const answer = (ask: Ask) => (ask.ask === 'octets' ? octets.subarray(ask.start, ask.end) : undefined)
  return execute(program, message, { from: 'a@x.example', to: 'b@y.example' }, { answer }, { limits })
}

const done = async (...call: Parameters<typeof play>) => (await play(...call)).actions.map(describeAct)
const failure = async (...call: Parameters<typeof play>) => (await play(...call)).error?.message ?? null

suite('limits of extensions', () => {
  test('variables: how many', async () => {
    const source = 'require "variables"; set "a" "1"; set "b" "2"; set "A" "3";'
    assert.equal(await failure(source, undefined, { variables: 2 }), null)
    assert.match((await failure(source, undefined, { variables: 1 })) ?? '', /more than 1 variables/)
  })

  test('variables: how long; a longer one is cut, never inside a character', async () => {
    const source = `require ["variables", "fileinto"]; set "a" "abc😀"; fileinto "\${a}";`
    assert.deepEqual(await done(source, undefined, { variableCharacters: 5 }), ['fileinto "abc😀"'])
    assert.deepEqual(await done(source, undefined, { variableCharacters: 4 }), ['fileinto "abc"'])
  })

  test('variables that double each time stay small', async () => {
    const doubling = `set "a" "\${a}\${a}";`.repeat(60)
    const source = `require ["variables", "fileinto"]; set "a" "x"; ${doubling} if string :matches "\${a}" "x*" { fileinto "end"; }`
    assert.deepEqual(await done(source), ['fileinto "end"'])
  })

  test('a string of many long variables runs out of steps, not of memory', async () => {
    const source = `require "variables"; set "a" "${'x'.repeat(30_000)}"; set "b" "${`\${a}`.repeat(5000)}";`
    assert.match((await failure(source)) ?? '', /too many steps/)
  })

  test('flags: how many', async () => {
    const source = 'require "imap4flags"; addflag ["a", "b"]; addflag "c d";'
    assert.deepEqual(await done(source, undefined, { flags: 3 }), ['keep :flags ["a", "b", "c"] (implicit)'])
    assert.deepEqual(await done(source, undefined, { flags: 4 }), ['keep :flags ["a", "b", "c", "d"] (implicit)'])
  })

  test('duplicate: how many things are remembered', async () => {
    const tests = (count: number) =>
      Array.from({ length: count }, (_, i) => `if duplicate :uniqueid "${i}" { stop; }`).join('')
    const play3 = async (count: number) => {
      const { program } = compile(`require "duplicate"; ${tests(count)}`)
      assert.ok(program !== null)
      const message = messageOf(Buffer.from('\r\n'), 2)
      return execute(program, message, { from: '', to: '' }, { answer: () => false }, { limits: { remembrances: 3 } })
    }
    assert.equal((await play3(3)).remember.length, 3)
    const { error, remember } = await play3(4)
    assert.match(error?.message ?? '', /more than 3 things/)
    assert.deepEqual(remember, [])
  })

  test('include: how many scripts', async () => {
    const { program } = compile('require "include"; include "a"; include "b"; include "a"; include "c";')
    assert.ok(program !== null)
    const linked = await link(program, () => '', { limits: { includedScripts: 2 } })
    assert.deepEqual(Object.keys(linked.included ?? {}), ['personal a', 'personal b', 'personal c'])
    const message = messageOf(Buffer.from('\r\n'), 2)
    const { error } = await execute(linked, message, { from: '', to: '' })
    assert.match(error?.message ?? '', /The script "c" cannot be included: no more than 2 scripts may be included/)
  })

  test('body: how much of it is seen, over all its parts', async () => {
    const source = 'require "body"; if body :raw :contains "end" { discard; }'
    const text = 'Subject: x\r\n\r\n12345end'
    assert.deepEqual(await done(source, text, { bodyOctets: 8 }), [])
    assert.deepEqual(await done(source, text, { bodyOctets: 7 }), ['keep (implicit)'])
    const twice =
      'require "body"; if anyof (body :raw :is "nothing", body :content "text" :contains "end") { discard; }'
    assert.deepEqual(await done(twice, text, { bodyOctets: 16 }), [])
    assert.deepEqual(await done(twice, text, { bodyOctets: 15 }), ['keep (implicit)'])
  })
})

suite('a host that cannot answer', () => {
  const run = async (source: string, structure: ReturnType<typeof parseMessage> | null) => {
    const { program } = compile(source)
    assert.ok(program !== null)
    const octets = Buffer.from('Subject: x\r\n\r\nhello')
    const outcome = await execute(program, messageOf(octets.subarray(0, 14), 19, structure), {
      from: '',
      to: 'b@y.example',
    })
    assert.deepEqual(outcome.actions, [{ do: 'keep', implicit: true }])
    return outcome.error?.message
  }

  test('whether a mailbox exists', async () => {
    const source = 'require "mailbox"; if mailboxexists "A" { discard; }'
    assert.equal(await run(source, null), 'The host does not say whether a mailbox exists.')
  })

  test('what is in the body', async () => {
    const source = 'require "body"; if body "A" { discard; }'
    const octets = Buffer.from('Subject: x\r\n\r\nhello')
    for (const structure of [null, parseMessage(octets)]) {
      assert.equal(await run(source, structure), 'The host does not show the body of the message.')
    }
  })
})

test('a body is asked for once, however many tests look at it', async () => {
  const rules = Array.from({ length: 30 }, (_, i) => `if body :text :contains "word ${i}" { discard; }`).join('\n')
  const { program } = compile(`require "body"; ${rules}`)
  assert.ok(program !== null)
  const octets = Buffer.from('Subject: x\r\n\r\nhello')
  let asked = 0
  await execute(
    program,
    messageOf(octets.subarray(0, 14), 19, parseMessage(octets)),
    { from: '', to: 'b@y.example' },
    {
      answer(ask) {
        asked++
        return ask.ask === 'octets' ? octets.subarray(ask.start, ask.end) : undefined
      },
    },
  )
  assert.equal(asked, 1)
})
