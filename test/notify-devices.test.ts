/** Devices through the whole program: registered by HTTP, proved, held back while IDLE tells, woken when it ends. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:https'
import { test } from 'node:test'
import { decrypted, deviceKeys, pushService, subscription } from '../packages/notify/src/push.testing.ts'
import { deliverByLmtp } from './support/lmtp.ts'
import { startServer, type TestServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const [account, password] = ['ada@localhost', 'correct horse battery']

async function api(server: TestServer, method: string, path: string, body = '', secret = password) {
  const agent = new Agent({ ca: server.authorityPem(), servername: 'localhost' })
  try {
    return await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: server.port('https'),
          path: `/api/v1/notify${path}`,
          method,
          agent,
          auth: `${account}:${secret}`,
        },
        async response => {
          let text = ''
          for await (const piece of response) text += String(piece)
          resolve({ status: response.statusCode ?? 0, text })
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
  } finally {
    agent.destroy()
  }
}

test('a device is proved, held back while its user is told in-band, woken then; by HTTP and the command line', async t => {
  const config = 'https = "127.0.0.1:0"\n[sieve]\nnotify_targets = "any"\n'
  const server = await startServer({ config })
  t.after(() => server.stop())
  await server.addAccount(account, password)
  const service = await pushService(t)
  const phone = deviceKeys()
  const told = (at: number) => JSON.parse(decrypted(service.pushes[at]?.body ?? assert.fail(), phone))

  assert.equal((await api(server, 'GET', '/devices', '', 'wrong')).status, 401)
  assert.match((await api(server, 'GET', '')).text, /^{"webPushKey":"[\w-]{87}"}\n$/)
  const device = '/devices/webpush/phone'
  assert.equal((await api(server, 'GET', device)).status, 404)
  assert.equal((await api(server, 'PUT', device, subscription(`${service.url}/phone`, phone))).status, 201)
  await service.seen(1)
  const { type, challenge } = told(0)
  assert.equal(type, 'validate')
  assert.equal((await api(server, 'POST', `${device}/test`)).status, 409, 'not before it is proved')
  assert.equal((await api(server, 'POST', `${device}/validate`, 'nonsense')).status, 403)
  assert.equal((await api(server, 'POST', `${device}/validate`, challenge)).status, 200)
  const wrong = await api(server, 'PUT', '/preferences/webpush/phone', '{"payload":"all"}')
  assert.deepEqual([wrong.status, wrong.text], [400, '"payload" must be "wake" or "summary".\n'])
  assert.equal((await api(server, 'PUT', '/preferences/webpush/phone', '{"payload":"summary"}')).status, 200)
  assert.match((await api(server, 'GET', '/preferences/webpush/phone')).text, /summary/)
  assert.equal((await api(server, 'PATCH', device)).status, 405)
  assert.match((await server.cli(['notify', 'devices', account])).stdout, /ada@localhost +webpush\/phone +in use/)

  const imap = Talker.on(server, 'imaps')
  await imap.until(/^\* OK/m)
  await imap.say(`a LOGIN ${account} "${password}"\r\n`, /^a OK/m)
  const set = (tag: string, name: string, value: string, answer: RegExp) =>
    imap.say(
      `${tag} SETMETADATA "" (/private/vendor/lemonade/Notify/${name} {${value.length}+}\r\n${value})\r\n`,
      answer,
    )
  await set(
    'b',
    'preferences/webpush/phone',
    '{"payload":"all"}',
    /^b NO \[CANNOT\] "payload" must be "wake" or "summary"\.\r$/m,
  )
  await set('c', 'preferences', '{', /^c NO \[CANNOT\] Preferences are written in JSON\.\r$/m)
  await set('d', 'webpush/a/b', 'x', /^d NO \[CANNOT\] A device has a kind and a name/m)
  await set('e', 'webpush/empty', '', /^e NO \[CANNOT\] Say where the device is\.\r$/m)
  await imap.say('f SETMETADATA "" (/private/vendor/lemonade/notify/preferences NIL)\r\n', /^f OK/m)
  await set('g', 'preferences', '{"ttlSeconds":60}', /^g OK/m)
  await imap.say('h LANGUAGE de\r\n', /^h OK/m)
  await set(
    'i',
    'preferences',
    '{"rate":1}',
    /^i NO \[CANNOT\] So kann "rate" nicht sein; erwartet wird: ein Objekt\.\r$/m,
  )
  await imap.say('j LOGOUT\r\n', /^j OK/m)
  imap.end()
  assert.equal((await api(server, 'GET', '/preferences')).text, '{"ttlSeconds":60}')
  const rejected = await server.cli(['notify', 'add', account, 'phone', 'x'])
  assert.equal(rejected.code, 2)
  assert.match(rejected.stderr, /"phone" cannot be registered\. Write its kind and a name/)

  const idle = Talker.on(server, 'imaps')
  await idle.until(/^\* OK/m)
  await idle.say(`a LOGIN ${account} "${password}"\r\n`, /^a OK/m)
  await idle.say('b SELECT INBOX\r\n', /^b OK/m)
  await idle.say('c IDLE\r\n', /^\+ /m)
  await deliverByLmtp(server, account, Buffer.from('From: bob@example.org\r\nSubject: first\r\n\r\nx\r\n'))
  await idle.until(/^\* 1 EXISTS/m)
  const waiting = async () => (await api(server, 'GET', device)).text
  while (!/"pending":true/.test(await waiting()));
  assert.equal(service.pushes.length, 1, 'it is told in-band')
  idle.end()
  await service.seen(2)
  const wake = told(1)
  assert.deepEqual([wake.type, wake.device, wake.unread], ['wake', 'webpush/phone', 1])
  assert.partialDeepStrictEqual(wake.messages, [
    { from: 'bob@example.org', subject: 'first', mailbox: 'INBOX', uid: 1 },
  ])

  const tested = await server.cli(['notify', 'test', account, 'webpush/phone'])
  assert.deepEqual([tested.stdout, told(2).type], ['webpush/phone was woken.\n', 'test'])
  const events = (await server.cli(['events', '--last', '100'])).stdout
  for (const pattern of [
    /#\d+ {2}ada@localhost {2}MessageNew {2}in INBOX {2}UID 1/,
    /ada@localhost {2}Login {2}by imap {2}from 127\.0\.0\.1/,
    /ada@localhost {2}Logout {2}by imap/,
    /ServerMetadataChange {2}by http/,
  ]) {
    assert.match(events, pattern)
  }
  assert.match((await server.cli(['events', '--last', '2'])).stdout, /^(?:.+\n){2}$/)
  assert.match((await server.cli(['notify', 'dead-letters'])).stdout, /^$/)
  assert.equal((await server.cli(['notify', 'replay', 'all'])).code, 1)
  assert.equal((await server.cli(['notify', 'remove', account, 'webpush/phone'])).code, 0)
  assert.equal((await api(server, 'GET', device)).status, 404)
})
