import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Deriver } from './derive.ts'
import { AuthError } from './error.ts'
import { decodeVerifier, deriveVerifier, encodeVerifier, matches, sameSalting, type Verifier } from './verifier.ts'

const deriver = new Deriver(10)
const salting = { salt: new Uint8Array([1, 2, 3, 4]), iterations: 1 }

test('a verifier is decoded as it was encoded, and holds no password', async () => {
  const verifier = await deriveVerifier(deriver, 'pencil', salting)
  const text = encodeVerifier(verifier)
  assert(!text.includes('pencil'))
  const decoded = decodeVerifier(text)
  assert(decoded !== null)
  assert(sameSalting(decoded, verifier))
  assert(matches(decoded, await deriver.saltedPassword('SHA-256', 'pencil', salting.salt, 1)))
  assert(!matches(decoded, await deriver.saltedPassword('SHA-256', 'Pencil', salting.salt, 1)))
  assert.deepEqual(JSON.parse(encodeVerifier(decoded)), JSON.parse(text))
})

test('what is no verifier of ours lets nobody in', async () => {
  const verifier: Verifier = await deriveVerifier(deriver, 'x', salting)
  const good = JSON.parse(encodeVerifier(verifier))
  const rows: unknown[] = [
    null,
    1,
    'text',
    [],
    {},
    { ...good, scram: 2 },
    { ...good, salt: '' },
    { ...good, salt: 7 },
    { ...good, iterations: 0 },
    { ...good, iterations: 1.5 },
    { ...good, iterations: 10_000_001 },
    { ...good, iterations: '1' },
    { ...good, 'SHA-1': null },
    { ...good, 'SHA-256': { stored: 'AAAA', server: 'AAAA' } },
    { ...good, 'SHA-256': { ...good['SHA-256'], server: undefined } },
  ]
  for (const row of rows) assert.equal(decodeVerifier(JSON.stringify(row)), null, JSON.stringify(row))
  assert.equal(decodeVerifier(''), null)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => assert.equal(decodeVerifier(text), null)),
    { seed: 1 },
  )
})

test('derivations past the waiting limit are refused, those before it are all done', async () => {
  const narrow = new Deriver(3)
  const derive = () => narrow.saltedPassword('SHA-1', 'x', salting.salt, 50)
  const heard = [derive(), derive(), derive(), derive(), derive()]
  await assert.rejects(derive(), (error: unknown) => error instanceof AuthError && error.reason === 'unavailable')
  assert.equal(new Set((await Promise.all(heard)).map(String)).size, 1)
  assert.equal((await derive()).length, 20)
})
