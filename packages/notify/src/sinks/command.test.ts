import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { commandDevice, commandSink } from './command.ts'
import { eventOf, quick, signal, wakeOf } from './sink.testing.ts'

function sinkOf(script: string, { limits = quick, words = [] as string[] } = {}) {
  return commandSink({ name: 'c', command: [process.execPath, '-e', script, ...words] }, limits)
}

function file(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-command-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return join(directory, 'out')
}

suite('a program that is told of events', () => {
  test('reads JSON, with its words untouched by any shell and an environment that says nothing', async t => {
    const out = file(t)
    const script = `
      const input = require('fs').readFileSync(0, 'utf8')
      require('fs').writeFileSync(process.argv[1], JSON.stringify({ input, words: process.argv.slice(2), env: process.env, cwd: process.cwd() }))`
    await sinkOf(script, { words: [out, '$(id)', '; ls', '*'] }).deliver([eventOf(7)], signal())
    const { input, words, env, cwd } = JSON.parse(readFileSync(out, 'utf8'))
    assert.deepEqual(JSON.parse(input), eventOf(7))
    assert.equal(input.indexOf('\n'), input.length - 1)
    assert.deepEqual(words, ['$(id)', '; ls', '*'])
    assert.deepEqual(Object.keys(env).sort(), ['LANG', 'PATH'])
    assert.equal(cwd, '/')
  })

  test('says by how it ends whether it has taken the event', async () => {
    const end = (code: string) => sinkOf(`process.exit(${code})`).deliver([eventOf(1)], signal())
    await end('0')
    await assert.rejects(end('75'), { name: 'DeliveryFailed' })
    await assert.rejects(end('1'), { name: 'DeliveryRefused', message: 'the program ended with 1' })
    await assert.rejects(sinkOf('process.kill(process.pid)').deliver([eventOf(1)], signal()), {
      name: 'DeliveryFailed',
    })
    const nowhere = commandSink({ name: 'c', command: ['/nowhere/at/all'] }, quick)
    await assert.rejects(nowhere.deliver([eventOf(1)], signal()), { name: 'DeliveryFailed', message: /ENOENT/ })
  })

  test('may leave a long event unread', async () => {
    await sinkOf('').deliver([eventOf(1, { messageContent: 'x'.repeat(1_000_000) })], signal())
  })

  test('is ended with all that it has started, where it takes too long', async t => {
    const out = file(t)
    const script = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
      require('fs').writeFileSync(process.argv[1], String(child.pid))
      setInterval(() => {}, 1000)`
    const limits = { ...quick, requestMilliseconds: 1_500 }
    await assert.rejects(sinkOf(script, { limits, words: [out] }).deliver([eventOf(1)], signal()), {
      ...{ name: 'DeliveryFailed', message: 'the program was ended by SIGKILL' },
    })
    const pid = Number(readFileSync(out, 'utf8'))
    const isThere = () => {
      try {
        // One that has ended, but that nobody has asked after, still has its number.
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    }
    for (let left = 200; left > 0 && isThere(); left--) await new Promise(resolve => setTimeout(resolve, 10))
    assert.ok(!isThere())
  })

  test('is one of those that the operator offers', async t => {
    const out = file(t)
    const script = `require('fs').writeFileSync(process.argv[1], require('fs').readFileSync(0))`
    const method = commandDevice(new Map([['bell', [process.execPath, '-e', script, out]]]), quick)
    assert.equal(method.describe({ command: 'bell' }), 'bell')
    await method.wake({ command: 'bell' }, wakeOf(), signal())
    const { account, device, text, payload } = wakeOf()
    assert.deepEqual(JSON.parse(readFileSync(out, 'utf8')), { account, device, text, payload })
    for (const wrong of [undefined, null, {}, { command: '/bin/sh' }, { command: 7 }, { command: ['bell'] }]) {
      assert.throws(() => method.describe(wrong), { name: 'BadTarget' })
    }
  })
})
