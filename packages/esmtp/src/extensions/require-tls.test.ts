import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { testTls } from '../../../net/src/testing.ts'
import { enhancedStatusCodes, requireTls, startTls, tlsWish } from './index.ts'
import { served } from './served.testing.ts'

test('RFC 8689 §2: offered and taken by TLS alone', async t => {
  const tls = testTls()
  const { client, taken, hello } = await served(t, [requireTls, startTls(tls.source), enhancedStatusCodes])
  assert.doesNotMatch(hello, /REQUIRETLS/)
  assert.deepEqual(await client.codes('MAIL FROM:<a@x.example> REQUIRETLS'), ['530 5.7.10'])
  assert.match((await client.say('STARTTLS')) ?? '', /^220/)
  await client.startTls()
  assert.match((await client.say('EHLO client.example')) ?? '', /^250[ -]REQUIRETLS$/m)
  assert.deepEqual(await client.codes('MAIL FROM:<a@x.example> REQUIRETLS=yes'), ['501 5.5.4'])
  assert.deepEqual(await client.codes('MAIL FROM:<a@x.example> requiretls', 'RSET', 'MAIL FROM:<a@x.example>'), [
    '250 2.1.0',
    '250 2.0.0',
    '250 2.1.0',
  ])
  assert.deepEqual(
    taken.map(({ parameters }) => parameters.tls),
    ['required', undefined],
  )
})

const headerOf = (...lines: readonly string[]) => Buffer.from([...lines, '', ''].join('\r\n'))

test('RFC 8689 §3, §4.1: the header counts where MAIL says nothing', () => {
  const rows: readonly [lines: readonly string[], wish: 'optional' | undefined][] = [
    [['Subject: x'], undefined],
    [['TLS-Required: No'], 'optional'],
    [['tls-required:no'], 'optional'],
    [['TLS-Required:\r\n No'], 'optional'],
    [['TLS-Required: Yes'], undefined],
    [['TLS-Required: No thanks'], undefined],
    [['TLS-Required: No', 'TLS-Required: No'], undefined],
    [['X-TLS-Required: No'], undefined],
  ]
  for (const [lines, wish] of rows) assert.equal(tlsWish(undefined, headerOf(...lines)).tls, wish, lines.join())
  assert.deepEqual(tlsWish('required', headerOf('TLS-Required: No')), { tls: 'required' })
})

test('headers of strangers never throw', () => {
  const piece = fc.constantFrom('TLS-Required', ':', ' ', 'No', '\r\n', '\n', '\t', '\0', 'ü')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => void tlsWish(undefined, Buffer.from(pieces.join('')))),
    { seed: 8689, numRuns: 2000 },
  )
})
