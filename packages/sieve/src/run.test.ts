import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  type Asking,
  compile,
  defaultSieveLimits,
  describeAct,
  execute,
  extension,
  extensions,
  messageOf,
  type Program,
  run,
} from './index.ts'

const envelope = { from: 'a@example.org', to: 'b@example.net' }
const header = Buffer.from('From: a@example.org\r\nSubject: aaaaaaaaaaaaaaaa\r\n\r\n')
const message = messageOf(header, header.length)

function program(source: string, options?: Parameters<typeof compile>[1]): Program {
  const compiled = compile(source, options)
  assert.deepEqual(compiled.diagnostics, [])
  assert.ok(compiled.program !== null)
  return compiled.program
}

suite('acts are told as they come', () => {
  test('each act is a step, the implicit keep too', () => {
    const script = program('require "fileinto"; fileinto "A"; if header :contains "Subject" "zzz" { discard; }')
    const steps = [...run(script, message, envelope)]
    assert.deepEqual(steps, [{ do: 'fileinto', mailbox: 'A' }])
    assert.deepEqual([...run(program(''), message, envelope)], [{ do: 'keep', implicit: true }])
  })

  test('a host may refuse one: nothing is done but to keep', async () => {
    const script = program('require "fileinto"; fileinto "A"; fileinto "B";')
    const outcome = await execute(script, message, envelope, {
      act: act => (act.do === 'fileinto' && act.mailbox === 'B' ? { refuse: 'B is read-only.' } : undefined),
    })
    assert.deepEqual(outcome.actions, [{ do: 'keep', implicit: true }])
    assert.deepEqual({ ...outcome.error }, { line: 1, column: 35, message: 'B is read-only.' })
  })

  test('a host that throws, or rejects, ends the script as a run-time error', async () => {
    const cause = new Error('store is gone')
    for (const act of [
      () => Promise.reject(cause),
      () => {
        throw cause
      },
    ]) {
      const outcome = await execute(program('discard;'), message, envelope, { act })
      assert.deepEqual(outcome.actions, [{ do: 'keep', implicit: true }])
      assert.equal(outcome.error?.cause, cause)
    }
  })
})

suite('a program', () => {
  test('of another format does not run', () => {
    const script = { ...program('discard;'), format: 0 } as unknown as Program
    const outcome = run(script, message, envelope).next()
    assert.ok(outcome.done)
    assert.match(outcome.value.error?.message ?? '', /compile it again/)
  })

  test('whose extension is gone does not run', () => {
    const outcome = run(program('require "fileinto"; discard;'), message, envelope, { extensions: [] }).next()
    assert.ok(outcome.done)
    assert.match(outcome.value.error?.message ?? '', /"fileinto" is not available here any more/)
    assert.deepEqual(outcome.value.actions, [{ do: 'keep', implicit: true }])
  })

  test('that lacks what its commands need fails and keeps the message', () => {
    const broken = { ...program('redirect "a@example.com";') }
    const commands = broken.commands.map(node => ({ ...node, arguments: {} }))
    const outcome = run({ ...broken, commands }, message, envelope).next()
    assert.ok(outcome.done)
    assert.match(outcome.value.error?.message ?? '', /lacks the argument/)
  })
})

suite('limits', () => {
  const at = (source: string, limits: object) => compile(source, { limits }).diagnostics.map(d => d.message)
  const rows: [name: string, limits: object, within: string, beyond: string, sentence: RegExp][] = [
    ['script octets', { scriptOctets: 6 }, 'keep; ', 'keep;  ', /larger than 6 octets/],
    ['nested blocks', { nesting: 2 }, 'if true{if true{}}', 'if true{if true{if true{}}}', /nested more than 2 deep/],
    ['nested tests', { nesting: 2 }, 'if not true{}', 'if not not true{}', /nested more than 2 deep/],
    ['commands and tests', { commands: 3 }, 'keep;keep;keep;', 'keep;keep;keep;keep;', /more than 3 commands/],
    [
      'strings of a list',
      { listStrings: 2 },
      'if exists ["a","b"]{}',
      'if exists ["a","b","c"]{}',
      /more than 2 strings/,
    ],
  ]
  for (const [name, limits, within, beyond, sentence] of rows) {
    test(name, () => {
      assert.deepEqual(at(within, limits), [])
      assert.match(at(beyond, limits).join(), sentence)
    })
  }

  test('findings', () => assert.equal(at('a;'.repeat(10), { diagnostics: 3 }).length, 3))

  test('steps', () => {
    const outcome = (steps: number) => run(program('keep; keep;'), message, envelope, { limits: { steps } })
    const end = (steps: number) => {
      const script = outcome(steps)
      let result = script.next()
      while (!result.done) result = script.next()
      return result.value.error?.message ?? null
    }
    assert.equal(end(2), null)
    assert.match(end(1) ?? '', /too many steps/)
  })

  test('actions', () => {
    const end = (actions: number) => {
      const script = run(program('keep; keep;'), message, envelope, { limits: { actions } })
      let result = script.next()
      while (!result.done) result = script.next()
      return result.value.error?.message ?? null
    }
    assert.equal(end(2), null)
    assert.match(end(1) ?? '', /more than 1 actions/)
  })

  test('the defaults allow what RFC 5228 §2.10.7 asks for', () => {
    assert.ok(defaultSieveLimits.nesting >= 15)
  })

  test('a hostile script over a hostile message ends soon', async () => {
    const long = Buffer.from(`Subject: ${'a'.repeat(100_000)}\r\n\r\n`)
    const keys = Array.from({ length: 2000 }, (_, i) => `"*${'a?'.repeat(100)}${i}b*"`)
    const script = program(`if header :matches "Subject" [${keys.join()}] { discard; }`)
    const start = performance.now()
    const outcome = await execute(script, messageOf(long, long.length), envelope)
    assert.match(outcome.error?.message ?? '', /too many steps/)
    assert.ok(performance.now() - start < 5000)
  })
})

suite('an extension from outside', () => {
  const counted: string[] = []
  const rocket = extension({
    capabilities: ['vnd.acme.rocket'],
    commands: {
      launch: {
        positionals: [{ name: 'target', type: 'string' }],
        *run(given, machine): Asking<void> {
          const ready = yield { ask: 'vnd.acme.ready', target: given.text('target') }
          if (ready === true) yield* machine.act({ do: 'vnd.acme.launch', target: given.text('target') }, given, true)
        },
      },
    },
    tests: { armed: { run: () => true } },
    tags: [{ tag: 'loud', on: ['keep'] }],
    matchTypes: {
      rhymes: {
        needs: 'equality',
        matches: ({ values, keys }) => values.some(v => keys.some(k => v.endsWith(k.slice(1)))),
      },
    },
    act(act, given) {
      if (given.has('loud')) counted.push(act.do)
      return act
    },
  })
  const options = { extensions: [...extensions, rocket] }

  test('brings commands, tests, tags on others, match types, asks and acts', async () => {
    const source =
      'require "vnd.acme.rocket"; if allof (armed, header :rhymes "From" "x@example.org") { keep :loud; launch "moon"; }'
    const outcome = await execute(program(source, options), message, envelope, { answer: () => true }, options)
    assert.deepEqual(outcome.actions.map(describeAct), ['keep', 'vnd.acme.launch {"target":"moon"}'])
    assert.deepEqual(counted, ['keep'])
  })

  test('is not there unless it is required', () => {
    const { diagnostics } = compile('launch "x"; if armed { keep :loud; }', options)
    assert.equal(diagnostics.length, 3)
    for (const { message } of diagnostics) assert.match(message, /needs require "vnd.acme.rocket"/)
  })

  test('must not own a name that another owns', () => {
    const thief = extension({ capabilities: ['vnd.acme.thief'], commands: { keep: { run: () => {} } } })
    assert.throws(() => compile('keep;', { extensions: [thief] }), /Two extensions define the command "keep"/)
  })
})
