import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { capabilities, compile, execute, extensions, messageOf, refusals } from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

suite('what is written about the package', () => {
  test('names every capability that there is', () => {
    for (const word of capabilities()) assert.ok(readme.includes(`\`${word}\``), word)
  })

  test('shows an example that does what it says', async () => {
    const source = /compile\(`\n(.*?)`\)/s.exec(readme)?.[1] ?? ''
    const { program, diagnostics } = compile(source.replaceAll('\\\\', '\\').replaceAll('\\$', '$'))
    assert.deepEqual(diagnostics, [])
    assert.ok(program !== null)
    const octets = Buffer.from('List-Id: Walkers <walks.example.org>\r\n\r\nHello!\r\n')
    const outcome = await execute(program, messageOf(octets, octets.length), {
      from: 'a@example.org',
      to: 'b@example.net',
    })
    assert.deepEqual(outcome.actions, [{ do: 'fileinto', mailbox: 'Lists/walks', flags: ['\\Seen'] }])
  })
})

test('every file of extensions/ is in the list', () => {
  const folder = new URL('./extensions/', import.meta.url)
  const list = readFileSync(new URL('index.ts', folder), 'utf8')
  for (const file of readdirSync(folder)) {
    if (file !== 'index.ts') assert.ok(list.includes(`'./${file}'`), `${file} is in no list`)
  }
})

test('a host that cannot refuse leaves reject and ereject out (RFC 5429 §2.1)', () => {
  const offered = extensions.filter(each => !refusals.includes(each))
  assert.deepEqual(
    capabilities().filter(word => !capabilities(offered).includes(word)),
    ['ereject', 'reject'],
  )
  assert.equal(compile('require "reject"; reject "no";', { extensions: offered }).program, null)
})

test('capabilities are in order, each once, and ones that the base language has are told too', () => {
  const words = capabilities()
  assert.deepEqual(words, [...new Set(words)].sort())
  for (const word of [
    'comparator-i;octet',
    'comparator-i;ascii-casemap',
    'fileinto',
    'envelope',
    'encoded-character',
  ]) {
    assert.ok(words.includes(word), word)
  }
  for (const word of words) assert.deepEqual(compile(`require "${word}";`).diagnostics, [], word)
})
