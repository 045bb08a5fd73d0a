import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configOf } from './config.ts'
import { siteScriptProblems } from './sieve.ts'

const config = (text: string) => configOf(text, 'lemonade.toml', '/etc/lemonade').sieve

test('scripts of the administrator: a folder, and files before and after', () => {
  assert.deepEqual(config(''), { global: null, before: [], after: [], notifyTargets: 'public' })
  assert.deepEqual(config('[sieve]\nglobal = "scripts"\nbefore = "spam.sieve"\nafter = ["/srv/a.sieve", "b.sieve"]'), {
    global: '/etc/lemonade/scripts',
    before: ['/etc/lemonade/spam.sieve'],
    after: ['/srv/a.sieve', '/etc/lemonade/b.sieve'],
    notifyTargets: 'public',
  })
  assert.throws(() => config('[sieve]\nbefore = [1]'), /sieve\.before is \[1\]; it must be the path of a script/)
  assert.throws(() => config('[sieve]\nglobal = ""'), /sieve\.global is ""/)
  assert.equal(config('[sieve]\nnotify_targets = "any"').notifyTargets, 'any')
  assert.throws(() => config('[sieve]\nnotify_targets = "all"'), /sieve\.notify_targets is "all"/)
  const opened = config('[sieve]\nnotify_targets = ["10.1.0.0/16", "fd00::7"]').notifyTargets
  if (typeof opened === 'string') assert.fail(opened)
  assert.deepEqual([opened.publicAnd.check('10.1.2.3'), opened.publicAnd.check('10.2.0.1')], [true, false])
  for (const wrong of ['[]', '["inner"]', '[7]', '["10.0.0.0/33"]']) {
    assert.throws(() => config(`[sieve]\nnotify_targets = ${wrong}`), /a list of networks/, wrong)
  }
  assert.throws(() => config('[sieve]\nbefor = "x"'), /sieve\.befor/)
})

test('one that is not there or wrong is named', t => {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [good, bad, gone] = ['good', 'bad', 'gone'].map(name => join(folder, `${name}.sieve`)) as [
    string,
    string,
    string,
  ]
  writeFileSync(good, 'keep;')
  writeFileSync(bad, 'keep;\nfileinto "A";')
  assert.deepEqual(siteScriptProblems({ before: [good], after: [] }), [])
  const [first, second, ...more] = siteScriptProblems({ before: [bad], after: [gone] })
  assert.equal(first, `${bad}:2:1: error: The command "fileinto" needs require "fileinto"; at the top of the script`)
  assert.match(second ?? '', /gone\.sieve cannot be read: .*no such file or directory$/)
  assert.deepEqual(more, [])
})
