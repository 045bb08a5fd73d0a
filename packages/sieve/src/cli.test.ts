import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

  test('scripts beside the script are included, and those of the folder for all', async () => {
    mkdirSync(join(folder, 'site'))
    file('part.sieve', 'require ["include", "duplicate"]; if not duplicate { include :global "all"; }')
    file('site/all.sieve', 'require "vacation"; vacation "away";\nif true { discard; }')
    const main = file('main.sieve', 'require "include"; include "part"; include :optional "../secret"; include "main";')
    const letter = file('letter.eml', 'To: ned@example.org\r\nMessage-ID: <1@a.example>\r\n\r\n')
    const { lines } = await call('run', main, letter, '--to', 'ned@example.org', '--global', join(folder, 'site'))
    assert.equal(
      lines,
      [
        '? duplicate',
        '- vacation :seconds 604800 :subject "Automated reply" "away" to "sender@example.org" as "ned@example.org"',
        '- discard',
        '! /main.sieve:1:67: run-time error: The script "main" includes itself.',
        'Outcome:',
        '  keep (implicit)',
      ].join('\n'),
    )
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
