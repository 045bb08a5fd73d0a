import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import fc from 'fast-check'
import { testTls } from '../../../net/src/testing.ts'
import { defaultEsmtpLimits } from '../limits.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'
import { serveEsmtp } from '../service.ts'
import type { MailParameters, Session } from '../session.ts'
import { code, Talker } from '../testing.ts'
import { deliverBy } from './deliver-by.ts'
import { enhancedStatusCodes } from './enhanced-status-codes.ts'

const at = Date.UTC(2026, 10, 24, 9)

test('RFC 2852 §6: a message that is to come back after two minutes', async () => {
  const taken: MailParameters[] = []
  const service = await serveEsmtp({
    hostname: 'acme.net',
    listeners: [
      { name: 'smtp', protocol: 'SMTP', addresses: [{ host: '127.0.0.1', port: 0 }], implicitTls: false },
      { name: 'lmtp', protocol: 'LMTP', addresses: [{ host: '127.0.0.1', port: 0 }], implicitTls: false },
    ],
    extensions: [deliverBy(() => at), enhancedStatusCodes],
    tls: testTls().source,
    limits: { ...defaultEsmtpLimits, deliverBySeconds: 120 },
    log: silentLog,
    metrics: noMetrics,
    receiver: () => ({
      mail: async ({ parameters }) => {
        taken.push(parameters)
      },
      rcpt: async () => {},
      message: () => assert.fail(),
    }),
  })
  const client = await Talker.open(service.endpoints['smtp']?.[0]?.port ?? 0)
  await client.reply()
  assert.match((await client.say('EHLO bigbiz.com')) ?? '', /^250-DELIVERBY 120$/m)
  const talk: readonly [line: string, code: string][] = [
    ['MAIL FROM:<eljefe@bigbiz.com> BY=120;R', '250 2.1.0'],
    ['RCPT TO:<topbanana@other.com>', '250 2.1.5'],
    ['RSET', '250 2.0.0'],
    ['MAIL FROM:<eljefe@bigbiz.com> BY=119;R', '555 5.5.4'],
    ['MAIL FROM:<eljefe@bigbiz.com> BY=0;R', '501 5.5.4'],
    ['MAIL FROM:<eljefe@bigbiz.com> BY', '501 5.5.4'],
    ['MAIL FROM:<eljefe@bigbiz.com> BY=120;N BY=120;R', '501 5.5.4'],
    ['MAIL FROM:<eljefe@bigbiz.com> BY=119;N', '250 2.1.0'],
    ['HELO bigbiz.com', '250'],
    ['MAIL FROM:<eljefe@bigbiz.com> BY=120;R', '555 5.5.4'],
  ]
  for (const [line, expected] of talk) assert.equal(code(await client.say(line)), expected, line)
  assert.deepEqual(taken, [
    { by: { at: at + 120_000, mode: 'return', trace: false } },
    { by: { at: at + 119_000, mode: 'notify', trace: false } },
  ])
  client.close()
  const local = await Talker.open(service.endpoints['lmtp']?.[0]?.port ?? 0)
  await local.reply()
  assert.match((await local.say('LHLO x')) ?? '', /^250-DELIVERBY 120$/m)
  local.close()
  await service.stop(0)
})

const read = (value: string | null): MailParameters['by'] | number => {
  const parameters: MailParameters = {}
  const session = { limits: { deliverBySeconds: 1 } } as Session
  try {
    deliverBy(() => at).mailParameters?.['BY']?.(value, parameters, session)
  } catch (error) {
    assert.ok(error instanceof Refusal)
    return error.reply.code
  }
  return parameters.by
}

test('RFC 2852 §4: every form of a by-value, up to its bounds', () => {
  const good: readonly [value: string, seconds: number, mode: string, trace: boolean][] = [
    ['1;R', 1, 'return', false],
    ['+1;r', 1, 'return', false],
    ['60;RT', 60, 'return', true],
    ['0;N', 0, 'notify', false],
    ['-0;N', 0, 'notify', false],
    ['-7;nt', -7, 'notify', true],
    ['000000009;N', 9, 'notify', false],
    ['999999999;R', 999_999_999, 'return', false],
    ['-999999999;N', -999_999_999, 'notify', false],
  ]
  for (const [value, seconds, mode, trace] of good) {
    assert.deepEqual(read(value), { at: at + seconds * 1000, mode, trace }, value)
  }
  const bad = [
    null,
    '',
    ';R',
    '1',
    '1;',
    '1;X',
    '1;RN',
    '1;TR',
    '1;R;T',
    '--1;N',
    '1000000000;N',
    '1.5;R',
    '1 ;R',
    '+;N',
  ]
  for (const value of bad) assert.equal(read(value), 501, `${value}`)
  for (const value of ['0;R', '-1;R', '+0;RT']) assert.equal(read(value), 501, value)
  assert.equal(replies.badParameter.status, '5.5.4')
})

test('whatever comes is a limit or a syntax error', () => {
  const piece = fc.constantFrom('+', '-', ';', 'N', 'R', 'T', 'n', '0', '9', '12', '٣')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const found = read(pieces.join(''))
      if (typeof found === 'number') assert.equal(found, 501)
      else
        assert.ok(found !== undefined && Number.isSafeInteger(found.at) && (found.mode === 'notify' || found.at > at))
    }),
    { seed: 2852, numRuns: 2000 },
  )
})
