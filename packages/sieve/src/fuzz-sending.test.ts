/** Scripts that answer, tell, include, remember and ask lists, with hosts that answer anything; and the URIs in them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import fc from 'fast-check'
import { listName } from './extensions/extlists.ts'
import {
  compile,
  deliverBy,
  extensions,
  furtherNotifyMethods,
  isAsk,
  link,
  messageOf,
  parseMailto,
  parseWebPush,
  parseXmpp,
  run,
} from './index.ts'

const all = [...extensions, ...deliverBy, ...Object.values(furtherNotifyMethods)]
const options = { extensions: all, limits: { steps: 20_000 } }

const words = [
  ...['require ["vacation-seconds", "enotify", "fcc", "extlists", "variables"];', 'require ["ihave", "include"];'],
  ...['require ["duplicate", "environment", "redirect-dsn", "redirect-deliverby", "envelope", "envelope-dsn"];'],
  ...[
    'if',
    'elsif',
    'else',
    '{',
    '}',
    '(',
    ')',
    ',',
    ';',
    'not',
    'anyof',
    'allof',
    'true',
    '"a"',
    '""',
    '5',
    '["a", "b"]',
  ],
  ...['vacation', ':days', ':seconds', ':mime', ':subject', ':from', ':handle', ':addresses', ':fcc', '"x@y.example"'],
  ...[
    'notify',
    ':message',
    ':importance',
    '"1"',
    ':options',
    '"a=b"',
    '"mailto:x@y.example"',
    '"xmpp:x"',
    '"http://x"',
  ],
  ...['valid_notify_method', 'notify_method_capability', '"online"', 'set', ':encodeurl', `"\${global.a}"`, `"\${1}"`],
  ...[
    'include',
    ':global',
    ':once',
    ':optional',
    '"main"',
    '"other"',
    'return',
    'global',
    'ihave',
    '"fileinto"',
    'error',
  ],
  ...[
    'duplicate',
    ':header',
    ':uniqueid',
    ':last',
    'environment',
    '"host"',
    ':list',
    '":addrbook:default"',
    'redirect',
  ],
  ...['valid_ext_list', 'header', 'string', 'envelope', '"orcpt"', ':notify', '"NEVER"', ':bytimerelative', ':bymode'],
]

const message = Buffer.from('From: a@b.c\r\nTo: b+c@example.net\r\nMessage-ID: <1@b.c>\r\nSubject: aXb\r\n\r\nx')
const structure = parseMessage(message)
const view = messageOf(message.subarray(0, structure.bodyStart), message.length, structure)
const envelope = { from: 'a@example.org', to: 'b+c@example.net', notify: ['DELAY'], orcpt: 'rfc822;a@b' } as const

test('whatever a script is and a host answers, a run ends in good order', async () => {
  const script = fc.array(fc.constantFrom(...words), { maxLength: 50 }).map(parts => parts.join(' '))
  const answers = fc.array(
    fc.oneof(fc.boolean(), fc.constant(null), fc.string(), fc.array(fc.oneof(fc.boolean(), fc.string())), fc.object()),
    { minLength: 1, maxLength: 5 },
  )
  const property = fc.asyncProperty(script, script, answers, async (source, other, said) => {
    const { program, diagnostics } = compile(source, options)
    assert.equal(
      program === null,
      diagnostics.some(({ severity }) => severity === 'error'),
    )
    if (program === null) return
    const linked = await link(program, () => other, { ...options, name: 'main' })
    const running = run(JSON.parse(JSON.stringify(linked)), view, envelope, options)
    let asked = 0
    let result = running.next()
    while (!result.done) {
      result = running.next(isAsk(result.value) ? said[asked++ % said.length] : undefined)
    }
    assert.ok(result.value.error !== null || result.value.actions.length <= 64)
  })
  await fc.assert(property, { seed: 5230, numRuns: 4000 })
})

test('a URI of any text is read or refused, and what is read is safe', () => {
  const pieces = [
    'mailto:',
    'xmpp:',
    'webpush:',
    ':addrbook:',
    'urn:',
    'a@b.example',
    '?',
    '&',
    ';',
    '=',
    '%0D%0A',
    '%',
    'to',
    'cc',
  ]
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })), { maxLength: 8 })
    .map(all => all.join(''))
  const property = fc.property(text, uri => {
    const mailto = parseMailto(uri)
    for (const address of [...(mailto?.to ?? []), ...(mailto?.cc ?? [])]) assert.doesNotMatch(address, /[\s\p{Cc}<>,]/u)
    for (const [name, value] of mailto?.fields ?? []) {
      assert.match(name, /^[!-9;-~]+$/)
      assert.doesNotMatch(value, /\p{Cc}/u)
    }
    assert.doesNotMatch(parseXmpp(uri)?.address ?? '', /\p{Cc}/u)
    assert.doesNotMatch(parseWebPush(uri) ?? '', /\p{Cc}/u)
    const list = listName(uri)
    if (list !== null) assert.equal(listName(list), list)
  })
  fc.assert(property, { seed: 6068, numRuns: 20_000 })
})
