import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Authenticator, Claim } from '../authenticator.ts'
import type { Channel } from '../channel.ts'
import { AuthError } from '../error.ts'
import { login } from './login.ts'
import { plain } from './plain.ts'

const channel: Channel = { secure: true, loopback: false, remote: '192.0.2.1' }

/** Notes what it is asked instead of verifying it. */
function recorder() {
  const asked: [Claim, string][] = []
  const authenticator = {
    async password(claim: Claim, password: string) {
      asked.push([claim, password])
      return { authorizedAs: claim.name }
    },
  } as unknown as Authenticator
  return { asked, authenticator }
}

const malformed = (error: unknown) => error instanceof AuthError && error.reason === 'malformed'

test('PLAIN, RFC 4616 §4 and its grammar', async () => {
  const rows: [message: string, authorizationId: string, name: string, password: string][] = [
    ['\0tim\0tanstaaftanstaaf', '', 'tim', 'tanstaaftanstaaf'],
    ['Ursel\0Kurt\0xipj3plmq', 'Ursel', 'Kurt', 'xipj3plmq'],
    ['\0jörg@bücher.example\0pässword', '', 'jörg@bücher.example', 'pässword'],
  ]
  for (const [message, authorizationId, name, password] of rows) {
    const { asked, authenticator } = recorder()
    const step = await plain.begin(authenticator, channel).step(Buffer.from(message))
    assert('identity' in step && step.finalData === null)
    assert.deepEqual(asked, [[{ authorizationId, name, mechanism: 'PLAIN', channel }, password]])
  }
  for (const message of ['', '\0', '\0\0', 'tim', '\0tim', '\0tim\0', '\0\0secret', 'a\0b\0c\0d', '\0tim\0x\0']) {
    const { authenticator } = recorder()
    await assert.rejects(plain.begin(authenticator, channel).step(Buffer.from(message)), malformed, message)
  }
  await assert.rejects(plain.begin(recorder().authenticator, channel).step(Buffer.from([0, 0xff, 0, 0x41])), malformed)
  const empty = await plain.begin(recorder().authenticator, channel).step(null)
  assert('challenge' in empty && empty.challenge.length === 0)
})

test('LOGIN prompts twice, or once where the name came first', async () => {
  for (const initial of [null, 'tim']) {
    const { asked, authenticator } = recorder()
    const exchange = login.begin(authenticator, channel)
    let step = await exchange.step(initial === null ? null : Buffer.from(initial))
    if (initial === null) {
      assert('challenge' in step)
      assert.equal(Buffer.from(step.challenge).toString(), 'Username:')
      step = await exchange.step(Buffer.from('tim'))
    }
    assert('challenge' in step)
    assert.equal(Buffer.from(step.challenge).toString(), 'Password:')
    const end = await exchange.step(Buffer.from('secret'))
    assert('identity' in end && end.finalData === null)
    assert.deepEqual(asked, [[{ authorizationId: '', name: 'tim', mechanism: 'LOGIN', channel }, 'secret']])
  }
  for (const response of ['', 'a\0b']) {
    const { authenticator } = recorder()
    await assert.rejects(login.begin(authenticator, channel).step(Buffer.from(response)), malformed)
  }
})

test('any octets are an answer or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ max: 2 }), async octets => {
      for (const mechanism of [plain, login]) {
        try {
          await mechanism.begin(recorder().authenticator, channel).step(octets)
        } catch (error) {
          assert(malformed(error))
        }
      }
    }),
    { seed: 1 },
  )
})
