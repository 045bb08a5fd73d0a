import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enhancedStatusCodes, futureRelease } from './index.ts'
import { served } from './served.testing.ts'

const at = Date.UTC(2026, 10, 24, 12)
const offered = (seconds: number) => [futureRelease({ seconds, now: () => at }), enhancedStatusCodes]

test('RFC 4865 §3: the keyword with the longest interval and the last time', async t => {
  const { hello } = await served(t, offered(86_400))
  assert.match(hello, /^250[ -]FUTURERELEASE 86400 2026-11-25T12:00:00Z$/m)
  assert.match((await served(t, offered(1e12))).hello, /^250[ -]FUTURERELEASE 999999999 2058-08-02T13:46:39Z$/m)
})

test('who holds nothing does not offer it', async t => {
  const { client, hello } = await served(t, offered(0))
  assert.doesNotMatch(hello, /FUTURERELEASE/)
  assert.deepEqual(await client.codes('MAIL FROM:<a@x.example> HOLDFOR=1'), ['555 5.5.4'])
})

const good: readonly [parameter: string, at: number, request: string][] = [
  ['HOLDFOR=1', at + 1000, 'for;1'],
  ['holdfor=86400', at + 86_400_000, 'for;86400'],
  ['HOLDUNTIL=2026-11-24T12:00:01Z', at + 1000, 'until;2026-11-24T12:00:01Z'],
  ['HOLDUNTIL=2026-11-25t12:00:00z', at + 86_400_000, 'until;2026-11-25t12:00:00z'],
  ['HOLDUNTIL=2026-11-24T13:00:00.5+00:00', at + 3_600_000, 'until;2026-11-24T13:00:00.5+00:00'],
  ['HOLDUNTIL=2026-11-24T12:59:60Z', at + 3_599_000, 'until;2026-11-24T12:59:60Z'],
]

const bad = [
  ...['HOLDFOR', 'HOLDFOR=0', 'HOLDFOR=01', 'HOLDFOR=-1', 'HOLDFOR=1.5', 'HOLDFOR=1000000000', 'HOLDFOR=86401'],
  ...[
    'HOLDUNTIL',
    'HOLDUNTIL=2026-11-25T12:00:01Z',
    'HOLDUNTIL=2026-11-24T12:00:00Z',
    'HOLDUNTIL=2025-11-24T12:00:00Z',
  ],
  ...['HOLDUNTIL=2026-11-24T13:00:00', 'HOLDUNTIL=2026-11-24T13:00:00+01:00', 'HOLDUNTIL=2026-11-24', 'HOLDUNTIL=1'],
  ...['HOLDUNTIL=2026-11-31T13:00:00Z', 'HOLDUNTIL=2026-11-24T24:00:00Z', 'HOLDUNTIL=2026-11-24T12:60:00Z'],
  ...['HOLDFOR=1 HOLDFOR=1', 'HOLDFOR=1 HOLDUNTIL=2026-11-24T13:00:00Z', 'HOLDUNTIL=2026-11-24T13:00:00Z HOLDFOR=1'],
]

test('RFC 4865 §4.2: what may be asked for, and what gets 501 5.5.4', async t => {
  const { client, taken } = await served(t, offered(86_400))
  for (const [parameter, until, request] of good) {
    assert.deepEqual(await client.codes(`MAIL FROM:<a@x.example> ${parameter}`, 'RSET'), ['250 2.1.0', '250 2.0.0'])
    assert.deepEqual(taken.at(-1)?.parameters.release, { at: until, request }, parameter)
  }
  for (const parameter of bad) {
    assert.deepEqual(await client.codes(`MAIL FROM:<a@x.example> ${parameter}`), ['501 5.5.4'], parameter)
  }
})
