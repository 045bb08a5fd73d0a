/**
 * The story of a phone that is woken: a web page in a real Chromium registers for pushes and goes away; mail comes in by
 * SMTP, a Sieve script has it told, the push wakes the page's service worker, which decrypts it and shows a notification
 * that names the message; the page that this leads to shows the message.
 *
 * Chromium's own push service is Google's, out of a test's reach: the subscription is at a push service of the test's own
 * and its keys are the service worker's, which therefore decrypts what the browser otherwise would; what the push service
 * gets is handed to the browser by `ServiceWorker.deliverPushMessage`. And nobody can click in a browser without a
 * window, so the test opens what the notification leads to.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chromium, type Page } from '../support/chromium.ts'
import { imapClient, uidsOf } from '../support/imapflow.ts'
import { deliverBySmtp } from '../support/lmtp.ts'
import { putScript } from '../support/managesieve.ts'
import { startPushPage } from '../support/push-page.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Talker } from '../support/talker.ts'

const [account, password] = ['ada@localhost', 'correct horse battery']
const folder = '/private/vendor/lemonade/notify'
const script = `require ["enotify", "variables"];
if header :matches "subject" "*" { set "subject" "\${1}"; }
if header :matches "message-id" "<*>" { set "id" "\${1}"; }
notify :importance "1" :message "\${subject}
\${id}" "webpush:*";
`

test('a page in Chromium registers, goes away, is woken by a push of a message, and opens it', async t => {
  const server = await startServer({ config: '[sieve]\nnotify_targets = "any"\n' })
  t.after(() => server.stop())
  await server.addAccount(account, password)
  await putScript(server, account, password, 'told', script)
  const page = await startPushPage(id => messageOf(server, id))
  t.after(() => page.stop())
  const browser = await Chromium.start()
  t.after(() => browser.stop())

  // The page asks to be told, and its subscription is registered as any mail program does it.
  await browser.send('Browser.grantPermissions', { origin: page.origin, permissions: ['notifications'] })
  const elsewhere = await browser.open('about:blank')
  const registered = registration(elsewhere, page.origin)
  const tab = await browser.open(`${page.origin}/`)
  const subscription = JSON.stringify(await tab.evaluate(`register(${JSON.stringify(page.endpoint)})`))
  const registrationId = await registered
  const deliver = async () => {
    const data = (await page.sealed()).toString('base64url')
    await elsewhere.send('ServiceWorker.deliverPushMessage', { origin: page.origin, registrationId, data })
    return page.pushed()
  }
  const imap = Talker.on(server, 'imaps')
  t.after(() => imap.end())
  await imap.until(/^\* OK/m)
  await imap.say(`a LOGIN ${account} "${password}"\r\n`, /^a OK/m)
  await imap.say(
    `b SETMETADATA "" (${folder}/webpush/phone {${subscription.length}+}\r\n${subscription})\r\n`,
    /^b OK/m,
  )

  // The first push asks whether it arrives; what it says is sent back, and the page goes away.
  const { said, clients } = await deliver()
  assert.deepEqual([said['type'], clients], ['validate', 1])
  await imap.say(`c SETMETADATA "" (${folder}/validate/webpush/phone "${said['challenge']}")\r\n`, /^c OK/m)
  await imap.say('d LOGOUT\r\n', /^d OK/m)
  await tab.close()

  // Mail from the Internet. What the service worker makes of the push names it.
  const [subject, id] = ['Dinner at eight?', 'dinner@far.example']
  const message = `From: Grace <grace@far.example>\r\nTo: <${account}>\r\nSubject: ${subject}\r\nMessage-ID: <${id}>\r\n\r\nBring the lemons.\r\n`
  await deliverBySmtp(server, account, Buffer.from(message), 'grace@far.example')
  let pushed = await deliver()
  // The device is also woken for itself, by what its owner wants of it, in either order.
  if (pushed.said['type'] !== 'SieveNotify') pushed = await deliver()
  assert.equal(pushed.said['owner'], account)
  assert.equal(pushed.said['importance'], 1)
  assert.equal(pushed.clients, 0, 'no page was open')
  assert.deepEqual(pushed.notifications, [{ title: subject, data: `/message.html?id=${id}` }])

  const opened = await browser.open(`${page.origin}${pushed.notifications[0]?.data}`)
  assert.match(String(await opened.evaluate('shown')), /^Subject: Dinner at eight\?\r$[\s\S]*^Bring the lemons\.\r$/m)
})

/** The id by which the browser calls the page's service worker. */
async function registration(tab: Page, origin: string): Promise<string> {
  type Registration = { readonly registrationId: string; readonly scopeURL: string }
  const own = (parameters: Readonly<Record<string, unknown>>) =>
    (parameters['registrations'] as readonly Registration[]).find(({ scopeURL }) => scopeURL === `${origin}/`)
  const updated = tab.event('ServiceWorker.workerRegistrationUpdated', parameters => own(parameters) !== undefined)
  await tab.send('ServiceWorker.enable')
  return own(await updated)?.registrationId ?? assert.fail()
}

/** A message's octets, by its Message-ID, as IMAP has them. */
async function messageOf(server: TestServer, id: string): Promise<string> {
  const client = await imapClient(server, account, password)
  try {
    await client.mailboxOpen('INBOX', { readOnly: true })
    const [uid] = await uidsOf(client, { header: { 'message-id': id } })
    const found = await client.fetchOne(String(uid), { source: true }, { uid: true })
    if (found === false || found.source === undefined) return 'there is no such message'
    return found.source.toString()
  } finally {
    await client.logout()
  }
}
