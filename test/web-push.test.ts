/** Web Push through the whole program: registered by IMAP, asked for by a script, pushed to a service, decrypted. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { claims, decrypted, deviceKeys, pushService, subscription } from '../packages/notify/src/push.testing.ts'
import { deliverByLmtp } from './support/lmtp.ts'
import { putScript } from './support/managesieve.ts'
import { startServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const [account, password] = ['ada@localhost', 'correct horse battery']

test('a device is registered, told of a message, and forgotten when its push service does not know it', async t => {
  const server = await startServer({ config: '[sieve]\nnotify_targets = "any"\n' })
  t.after(() => server.stop())
  await server.addAccount(account, password)
  const service = await pushService(t, (_, before) => ({ status: before <= 1 ? 201 : 410 }))
  const phone = deviceKeys()

  const talker = Talker.on(server, 'imaps')
  t.after(() => talker.end())
  await talker.until(/^\* OK/m)
  await talker.say(`a LOGIN ${account} "${password}"\r\n`, /^a OK/m)
  const entry = '/shared/vendor/lemonade/notify/webpush-key'
  const said = await talker.say(`b GETMETADATA "" ${entry}\r\n`, /^b OK/m)
  const [, key] = /webpush-key "?([\w-]{87})/.exec(said.replace(/\{\d+\}\r\n/, '')) ?? assert.fail(said)
  const value = subscription(`${service.url}/phone`, phone)
  const device = '/private/vendor/lemonade/notify/webpush/phone'
  await talker.say(`c SETMETADATA "" (${device} {${value.length}+}\r\n${value})\r\n`, /^c OK/m)
  await service.seen(1)
  const { challenge } = JSON.parse(decrypted(service.pushes[0]?.body ?? assert.fail(), phone))
  const echo = '/private/vendor/lemonade/notify/validate/webpush/phone'
  await talker.say(`e SETMETADATA "" (${echo} "nonsense")\r\n`, /^e NO \[CANNOT\]/m)
  await talker.say(`f SETMETADATA "" (${echo} "${challenge}")\r\n`, /^f OK/m)
  const preferences = '/private/vendor/lemonade/notify/preferences'
  await talker.say(`g SETMETADATA "" (${preferences} "{\\"on\\":false}")\r\n`, /^g OK/m)
  const state = '/private/vendor/lemonade/notify/state/webpush/phone'
  assert.match(await talker.say(`h GETMETADATA "" ${state}\r\n`, /^h OK/m), /"?state\\?":\\?"ready/)
  await talker.say(`i SETMETADATA "" (${state} "x")\r\n`, /^i NO \[NOPERM\]/m)
  await putScript(server, account, password, 'push', 'require "enotify"; notify :importance "1" "webpush:*";')

  for (const [at, subject] of ['first', 'second'].entries()) {
    await deliverByLmtp(server, account, Buffer.from(`From: bob@example.org\r\nSubject: ${subject}\r\n\r\nx\r\n`))
    await service.seen(at + 2)
    const push = service.pushes[at + 1] ?? assert.fail()
    const { owner, importance, message } = JSON.parse(decrypted(push.body, phone))
    assert.deepEqual([owner, importance], [account, 1])
    assert.match(message, new RegExp(`Subject: ${subject}`))
    assert.equal(claims(push).key, key)
  }
  await server.logged('a device is forgotten: its push service knows it no longer')
  assert.match(await talker.say(`d GETMETADATA "" ${device}\r\n`, /^d OK/m), /phone NIL\)/)
  assert.equal(statSync(join(server.data, 'push-keys.json')).mode & 0o777, 0o600)
})
