import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { main } from './cli.ts'

suite('the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sieve-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const call = async (...args: string[]) => {
    const lines: string[] = []
    const code = await main(args, { out: line => lines.push(line), error: line => lines.push(`! ${line}`) })
    return { code, lines: lines.join('\n').replaceAll(folder, '') }
  }
  const good = file(
    'good.sieve',
    'require "fileinto";\nif header :contains "Subject" "x" { fileinto "X"; fileinto "X"; }\n',
  )
  const bad = file('bad.sieve', 'kep;\nif tru { }\n')
  const mail = file('mail.eml', 'Subject: axb\r\n\r\nhello\r\n')

  test('check is silent about a good script', async () => {
    assert.deepEqual(await call('check', good), { code: 0, lines: '' })
  })

  test('check tells all that is wrong', async () => {
    const { code, lines } = await call('check', good, bad)
    assert.equal(code, 1)
    assert.equal(
      lines,
      '! /bad.sieve:1:1: error: "kep" is no command known here.\n/bad.sieve:2:4: error: "tru" is no test known here.',
    )
  })

  test('run shows the steps and the outcome', async () => {
    const { code, lines } = await call('run', good, mail)
    assert.equal(code, 0)
    assert.equal(lines, '- fileinto "X"\n- fileinto "X"\nOutcome:\n  fileinto "X"')
  })

  test('run says when a message is dropped', async () => {
    const { lines } = await call('run', file('drop.sieve', 'discard;'), mail)
    assert.equal(lines, '- discard\nThe message is dropped.')
  })

  test('a run-time error is told with its place', async () => {
    const redirects = ['a', 'b', 'c', 'd', 'e'].map(name => `redirect "${name}@example.com";`).join('\n')
    const { code, lines } = await call('run', file('many.sieve', redirects), mail)
    assert.equal(code, 1)
    assert.match(lines, /many\.sieve:5:1: run-time error: .*more than 4 addresses.*\nOutcome:\n {2}keep \(implicit\)$/)
  })

  test('anything else gets the usage', async () => {
    for (const args of [[], ['check'], ['run', good], ['frobnicate', good], ['run', good, mail, mail]]) {
      const { code, lines } = await call(...args)
      assert.equal(code, 2)
      assert.match(lines, /^! Usage:/)
    }
    assert.equal((await call('check', join(folder, 'none'))).code, 2)
    assert.equal((await call('--nonsense')).code, 2)
    assert.equal((await call('--help')).code, 0)
  })
})
