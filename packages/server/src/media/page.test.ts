import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { StoredConversions, startConverter } from '@lemonade/convert'
import { silentLog } from '@lemonade/net'
import { openStore, serverAccount } from '@lemonade/store'
import { mint } from '@lemonade/urlauth'
import { serveHttp } from '../http/server.ts'
import { defaultHttpLimits } from '../limits.ts'
import { announceMedia, mediaPath } from './announcement.ts'
import { mediaPage } from './page.ts'

const hostname = 'mail.example.org'
const sound = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 256))

const message = `Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Gr\u00fc\u00dfe</p>
--b
Content-Type: audio/mpeg
Content-Transfer-Encoding: base64

${sound.toString('base64').replace(/.{76}/g, '$&\n')}
--b
Content-Type: image/svg+xml

<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>
--b--
`.replaceAll('\n', '\r\n')

async function setUp(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-media-'))
  const store = await openStore(directory, { background: false })
  const programs = { ffmpeg: false, pdftohtml: false, pdftoppm: false, pdftotext: false, soffice: false } as const
  const converter = startConverter({ programs })
  let now = Date.UTC(2026, 10, 24)
  const conversions = new StoredConversions(store, converter)
  const service = await serveHttp({
    listen: { http: [{ host: '127.0.0.1', port: 0 }], https: [] },
    tls: { context: undefined as never, certificate: null },
    operator: {},
    open: { [mediaPath]: mediaPage({ store, conversions, hostname, now: () => now }) },
    limits: defaultHttpLimits,
    log: silentLog,
  })
  t.after(async () => {
    await service.stop()
    await converter.close()
    await store.close()
    await rm(directory, { recursive: true, force: true })
  })
  const account = await store.accounts.add({ name: 'joe@example.org' })
  const inbox = await store.mailboxes.find(account.id, 'INBOX')
  assert.ok(inbox)
  const writer = store.contents.writer({ limitOctets: 1e6 })
  await writer.write(Buffer.from(message))
  await store.messages.append(inbox.id, [{ content: await writer.finish(), flags: [] }])
  const house = { store, hostname, now: () => now }
  const url = (section: string, access = 'stream', rest = '') =>
    mint(house, account, `imap://joe@example.org/INBOX/;uid=1/;section=${section}${rest};urlauth=${access}`, new Set())
  const get = async (imapUrl: string, more: Record<string, string> = {}, init: RequestInit = {}) => {
    const query = new URLSearchParams({ url: imapUrl, ...more })
    return fetch(`http://127.0.0.1:${service.endpoints.http[0]?.port}${mediaPath}?${query}`, init)
  }
  return { store, account, inbox, url, get, later: (milliseconds: number) => (now += milliseconds) }
}

const octetsOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('a part as it is, whole and in ranges, and not again to who has it', async t => {
  const { url, get } = await setUp(t)
  const audio = await url('2')
  const whole = await get(audio)
  assert.equal(whole.status, 200)
  assert.deepEqual(await octetsOf(whole), sound)
  const { headers } = whole
  assert.equal(headers.get('content-type'), 'audio/mpeg')
  assert.equal(headers.get('accept-ranges'), 'bytes')
  assert.equal(headers.get('content-disposition'), 'inline')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  const tag = headers.get('etag') ?? ''
  const range = await get(audio, {}, { headers: { range: 'bytes=100-199', 'if-range': tag } })
  assert.deepEqual([range.status, range.headers.get('content-range')], [206, 'bytes 100-199/1000'])
  assert.deepEqual(await octetsOf(range), sound.subarray(100, 200))
  const tail = await get(audio, {}, { headers: { range: 'bytes=-5' } })
  assert.deepEqual(await octetsOf(tail), sound.subarray(995))
  const beyond = await get(audio, {}, { headers: { range: 'bytes=1000-' } })
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */1000'])
  const again = await get(audio, {}, { headers: { 'if-none-match': tag } })
  assert.deepEqual([again.status, await again.text()], [304, ''])
  const head = await get(audio, {}, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '1000'])
})

test('a part converted, under another tag for each conversion', async t => {
  const { url, get } = await setUp(t)
  const html = await url('1')
  const text = await get(html, { type: 'text/plain', charset: 'iso-8859-1' })
  assert.deepEqual(
    [text.status, text.headers.get('content-type'), (await octetsOf(text)).toString('latin1').trim()],
    [200, 'text/plain; charset=iso-8859-1', 'Gr\u00fc\u00dfe'],
  )
  const other = await get(html, { type: 'text/plain', charset: 'utf-8' })
  assert.notEqual(other.headers.get('etag'), text.headers.get('etag'))
  assert.equal((await octetsOf(other)).toString().trim(), 'Gr\u00fc\u00dfe')
  const picture = await get(await url('3'), { type: 'image/png', 'pix-x': '2', 'pix-y': '2' })
  assert.equal(picture.headers.get('content-type'), 'image/png')
  assert.deepEqual((await octetsOf(picture)).subarray(1, 4).toString(), 'PNG')
})

test('what cannot be converted is told', async t => {
  const { url, get } = await setUp(t)
  for (const asked of [
    { type: 'image/jpeg' },
    { type: 'nonsense' },
    { type: 'text/plain', 'pix-x': '9' },
    { charset: 'us-ascii' },
  ] as const) {
    const response = await get(await url('1'), asked)
    assert.equal(response.status, 400, JSON.stringify(asked))
    await response.text()
  }
})

test('what runs somewhere is not shown, whatever it is called', async t => {
  const { url, get } = await setUp(t)
  for (const section of ['1', '3']) {
    const { headers } = await get(await url(section))
    assert.equal(headers.get('content-disposition'), 'attachment')
    assert.match(headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
})

test('only URLs for streaming and for everybody are served, and none that is not sound', async t => {
  const { store, account, inbox, url, get, later } = await setUp(t)
  assert.equal((await get(await url('2', 'anonymous'))).status, 200)
  const expiring = await url('2', 'stream', ';expire=2026-11-24T01:00:00Z')
  assert.equal((await get(expiring)).status, 200)
  later(2 * 3_600_000)
  const sound = await url('2')
  for (const [why, text] of [
    ['expired', expiring],
    ['for who is logged in', await url('2', 'authuser')],
    ['for one user', await url('2', 'user+joe%40example.org')],
    ['for submission', await url('2', 'submit+joe%40example.org')],
    ['another part', sound.replace('section=2', 'section=1')],
    ['another token', `${sound.slice(0, -1)}${sound.endsWith('0') ? '1' : '0'}`],
    ['no such part', await url('9')],
    ['not a leaf', await url('TEXT')],
    ['a range of its own', await url('2', 'stream', '/;partial=0.10')],
    ['no URL', 'imap://'],
    ['nothing', ''],
  ] as const) {
    const response = await get(text)
    assert.deepEqual([response.status, await response.text()], [404, 'not found\n'], why)
  }
  await store.urlKeys.reset(account.id, inbox.id)
  assert.equal((await get(sound)).status, 404)
})

test('mail programs are told where, unless an administrator has told them otherwise', async t => {
  const { store } = await setUp(t)
  const entry = async () => {
    const value = await store.metadata.get({ mailbox: null, account: serverAccount }, '/shared/mediaServers')
    return value && Buffer.from(value).toString()
  }
  await announceMedia(store, hostname, 443)
  assert.equal(await entry(), '<https://mail.example.org/media>:stream')
  await announceMedia(store, hostname, 8443)
  assert.equal(await entry(), '<https://mail.example.org:8443/media>:stream')
  await announceMedia(store, hostname, null)
  assert.equal(await entry(), null)
  const value = Buffer.from('<sip:annc@ms.example.net>')
  await store.metadata.set({ mailbox: null, account: serverAccount }, [{ name: '/shared/mediaServers', value }])
  await announceMedia(store, hostname, 443)
  assert.equal(await entry(), '<sip:annc@ms.example.net>')
})
