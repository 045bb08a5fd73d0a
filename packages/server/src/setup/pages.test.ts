/** What phones and other servers ask for, over real connections. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { silentLog, type TlsSource, tlsSource } from '@lemonade/net'
import { line } from '../http/page.ts'
import { type HttpService, serveHttp } from '../http/server.ts'
import { elementText } from '../http/xml.ts'
import { defaultHttpLimits } from '../limits.ts'
import { makeAuthority, signCertificate } from '../tls/authority.ts'
import type { MtaStsMode } from './mta-sts.ts'
import { setupPages } from './pages.ts'
import { mailServices } from './services.ts'

const names = ['mail.example.org', 'autoconfig.example.org', 'autodiscover.example.org', 'mta-sts.example.org']
const at = (port: number) => [{ host: '192.0.2.1', port }]
const services = mailServices({ imap: at(143), imaps: at(993), submission: at(587), submissions: at(465) })
const now = () => Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const limits = { ...defaultHttpLimits, requestSeconds: 0.5 }
let authority = ''
let tls: TlsSource
let service: HttpService

function serve(mode: MtaStsMode, offered = services): Promise<HttpService> {
  const isOurs = async (domain: string) => ['example.org', 'bücher.example'].includes(domain.toLowerCase())
  return serveHttp({
    listen: { http: [{ host: '127.0.0.1', port: 0 }], https: [{ host: '127.0.0.1', port: 0 }] },
    tls,
    operator: { '/metrics': { method: 'GET', answer: async () => line(200, 'secret') } },
    open: setupPages({ hostname: 'mail.example.org', services: offered, isOurs, now }, mode),
    limits,
    log: silentLog,
  })
}

before(async () => {
  const signer = await makeAuthority('mail.example.org', Date.now())
  const pair = await signCertificate(signer, names, Date.now())
  authority = signer.certificate
  tls = tlsSource(pair)
  service = await serve('enforce')
})
after(() => service.stop())

interface Heard {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** Asks as a client of that name does: by TLS with SNI and a checked certificate, or in the clear. */
async function ask(
  host: string,
  path: string,
  {
    body,
    method,
    scheme = 'https',
    of = service,
  }: { body?: string; method?: string; scheme?: 'http' | 'https'; of?: HttpService } = {},
): Promise<Heard> {
  const port = of.endpoints[scheme][0]?.port
  const options = {
    host: '127.0.0.1',
    port,
    path,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { host },
  }
  const sent =
    scheme === 'http'
      ? plainRequest({ ...options, agent: false })
      : tlsRequest({ ...options, agent: false, servername: host.split(':', 1)[0], ca: authority })
  sent.end(body)
  const [response] = await once(sent, 'response')
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  const { statusCode, headers } = response
  return { status: statusCode, type: headers['content-type'], text: Buffer.concat(pieces).toString(), headers }
}

test('other servers fetch the MTA-STS policy of a domain, at its own name only', async () => {
  const { status, type, text } = await ask('mta-sts.example.org', '/.well-known/mta-sts.txt')
  assert.deepEqual([status, type], [200, 'text/plain; charset=utf-8'])
  assert.equal(text, 'version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmax_age: 2592000\r\n')
  assert.equal((await ask('mta-sts.example.org:8443', '/.well-known/mta-sts.txt')).status, 200)
  assert.equal((await ask('mail.example.org', '/.well-known/mta-sts.txt')).status, 404)
  assert.equal((await ask('mta-sts.other.example', '/.well-known/mta-sts.txt', { scheme: 'http' })).status, 404)
})

test('a policy that tests says so, and without one there is none', async t => {
  for (const [mode, expected] of [
    ['testing', 'version: STSv1\r\nmode: testing\r\nmx: mail.example.org\r\nmax_age: 86400\r\n'],
    ['none', 'not found\n'],
  ] as const) {
    const of = await serve(mode)
    t.after(() => of.stop())
    assert.equal((await ask('mta-sts.example.org', '/.well-known/mta-sts.txt', { of })).text, expected)
  }
})

const autoconfig = `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.org">
    <domain>example.org</domain>
    <displayName>example.org</displayName>
    <displayShortName>example.org</displayShortName>
    <incomingServer type="imap">
      <hostname>mail.example.org</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>mail.example.org</hostname>
      <port>143</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>mail.example.org</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
    <outgoingServer type="smtp">
      <hostname>mail.example.org</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
  </emailProvider>
</clientConfig>
`

test('Thunderbird finds its settings by the address, by autoconfig.DOMAIN and at the domain itself', async () => {
  const paths = [
    ['autoconfig.example.org', '/mail/config-v1.1.xml?emailaddress=ada%40example.org'],
    ['autoconfig.example.org', '/mail/config-v1.1.xml'],
    ['mail.example.org', '/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ada%40example.org'],
    ['mail.example.org', '/mail/config-v1.1.xml?emailaddress=nobody-here@example.org'],
    ['autoconfig.example.org', '/mail/config-v1.1.xml?emailaddress=%25EMAILADDRESS%25'],
  ] as const
  for (const [host, path] of paths) {
    const { status, type, text } = await ask(host, path)
    assert.deepEqual([status, type, text], [200, 'application/xml; charset=utf-8', autoconfig], path)
  }
  // Its last resort is without TLS; a proxy may ask like this, too.
  assert.equal(
    (await ask('example.org', '/.well-known/autoconfig/mail/config-v1.1.xml', { scheme: 'http' })).text,
    autoconfig,
  )
  assert.equal((await ask('autoconfig.example.org', paths[0][1], { method: 'HEAD' })).text, '')
})

test('no settings for domains of others, nor for what is no address', async () => {
  const long = `${'x'.repeat(65)}@example.org`
  for (const text of [
    'ada@other.example',
    'example.org',
    '@example.org',
    'a<b@example.org',
    'a\tb@example.org',
    'a@b@example.org',
    long,
  ]) {
    for (const path of ['/mail/config-v1.1.xml', '/apple.mobileconfig']) {
      const { status } = await ask('mail.example.org', `${path}?emailaddress=${encodeURIComponent(text)}`)
      assert.equal(status, 404, `${path} ${text}`)
    }
  }
  assert.equal((await ask('mail.example.org', '/mail/config-v1.1.xml')).status, 404)
  const longest = `${'x'.repeat(64)}@example.org`
  assert.equal((await ask('mail.example.org', `/apple.mobileconfig?emailaddress=${longest}`)).status, 200)
})

const outlookSchema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'

const outlook = (address: string, schema = outlookSchema) => `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
  <Request>
    <EMailAddress>${address}</EMailAddress>
    <AcceptableResponseSchema>${schema}</AcceptableResponseSchema>
  </Request>
</Autodiscover>`

test('Outlook posts the address and learns one server to read from and one to send by', async () => {
  for (const path of ['/autodiscover/autodiscover.xml', '/Autodiscover/Autodiscover.xml']) {
    const { status, type, text } = await ask('autodiscover.example.org', path, {
      body: outlook('o&apos;hara&amp;co@example.org'),
    })
    assert.deepEqual([status, type], [200, 'application/xml; charset=utf-8'])
    const protocols = text.split('<Protocol>').slice(1)
    const read = (name: string) => protocols.map(one => elementText(one, name))
    assert.deepEqual(read('Type'), ['IMAP', 'SMTP'])
    assert.deepEqual(read('Server'), ['mail.example.org', 'mail.example.org'])
    assert.deepEqual(read('Port'), ['993', '465'])
    assert.deepEqual(read('Encryption'), ['SSL', 'SSL'])
    assert.deepEqual(read('LoginName'), ["o'hara&co@example.org", "o'hara&co@example.org"])
    assert.ok(text.includes(`<Response xmlns="${outlookSchema}">`))
    assert.equal(elementText(text, 'Action'), 'settings')
  }
})

test('Outlook is told in its own words what is wrong', async () => {
  const rows: [what: string, body: string, code: string][] = [
    ['a domain of others', outlook('ada@other.example'), '500'],
    ['what is no address', outlook('ada'), '500'],
    [
      'the schema of phones that want Exchange',
      outlook('ada@example.org', 'http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006'),
      '601',
    ],
    ['no address', '<Autodiscover/>', '600'],
    ['no XML', 'hello', '600'],
    ['an entity', `<!DOCTYPE a [<!ENTITY e "ada@example.org">]>${outlook('&e;')}`, '600'],
    ['nothing', '', '600'],
  ]
  for (const [what, body, code] of rows) {
    const { status, text } = await ask('autodiscover.example.org', '/autodiscover/autodiscover.xml', { body })
    assert.deepEqual([status, elementText(text, 'ErrorCode')], [200, code], what)
    assert.match(text, /<Error Time="03:04:05\.678" Id="\d+">/)
  }
  const reading = await ask('autodiscover.example.org', '/autodiscover/autodiscover.xml')
  assert.deepEqual([reading.status, reading.headers['allow']], [405, 'POST'])
})

/** The values of a property list by key, in order. */
function valuesOf(text: string, key: string): readonly (string | undefined)[] {
  return [...text.matchAll(new RegExp(`<key>${key}</key>\\n<(?:(true|false)/|\\w+>([^<]*)<)`, 'g'))].map(
    found => found[1] ?? found[2],
  )
}

test('an Apple device gets a profile that knows all but the password', async () => {
  const path = `/apple.mobileconfig?emailaddress=${encodeURIComponent("o'hara&co@example.org")}`
  const { status, type, text, headers } = await ask('mail.example.org', path)
  assert.deepEqual([status, type], [200, 'application/x-apple-aspen-config; charset=utf-8'])
  assert.equal(headers['content-disposition'], 'attachment; filename="mail.mobileconfig"')
  const address = 'o&apos;hara&amp;co@example.org'
  const rows: [key: string, ...values: string[]][] = [
    ['PayloadType', 'Configuration', 'com.apple.mail.managed'],
    ['EmailAccountType', 'EmailTypeIMAP'],
    ['EmailAddress', address],
    ['IncomingMailServerHostName', 'mail.example.org'],
    ['IncomingMailServerPortNumber', '993'],
    ['IncomingMailServerUseSSL', 'true'],
    ['IncomingMailServerUsername', address],
    ['OutgoingMailServerHostName', 'mail.example.org'],
    ['OutgoingMailServerPortNumber', '465'],
    ['OutgoingMailServerUsername', address],
    ['OutgoingPasswordSameAsIncomingPassword', 'true'],
  ]
  for (const [key, ...values] of rows) assert.deepEqual(valuesOf(text, key), values, key)
  const uuids = valuesOf(text, 'PayloadUUID')
  assert.equal(new Set(uuids).size, 2)
  for (const each of uuids) assert.match(each ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal((await ask('mail.example.org', path)).text, text)
  assert.equal((await ask('mail.example.org', '/apple.mobileconfig')).status, 404)
})

test('where only STARTTLS is offered that is what is told, and nothing without both ways', async t => {
  const starttls = await serve('none', mailServices({ imap: at(143), submission: at(587) }))
  const reading = await serve('none', mailServices({ imaps: at(993) }))
  t.after(() => Promise.all([starttls.stop(), reading.stop()]))
  const body = outlook('ada@example.org')
  const { text } = await ask('mail.example.org', '/autodiscover/autodiscover.xml', { body, of: starttls })
  assert.deepEqual(
    [...text.matchAll(/<Encryption>(\w+)</g)].map(found => found[1]),
    ['TLS', 'TLS'],
  )
  const profile = '/apple.mobileconfig?emailaddress=ada@example.org'
  assert.deepEqual(
    valuesOf((await ask('mail.example.org', profile, { of: starttls })).text, 'IncomingMailServerPortNumber'),
    ['143'],
  )
  assert.equal((await ask('mail.example.org', profile, { of: reading })).status, 404)
})

test('people see one field and the settings, and the page runs nothing', async () => {
  const { status, type, text, headers } = await ask('mail.example.org', '/')
  assert.deepEqual([status, type], [200, 'text/html; charset=utf-8'])
  assert.ok(text.includes('<form action="/apple.mobileconfig">'))
  assert.ok(text.includes('<td>to read (IMAP)<td>mail.example.org<td>993<td>TLS\n'))
  assert.match(String(headers['content-security-policy']), /^default-src 'none';/)
})

test('the world does not see what is the operator’s', async () => {
  assert.equal((await ask('mail.example.org', '/metrics')).status, 404)
  assert.equal((await ask('mail.example.org', '/metrics', { scheme: 'http' })).text, 'secret\n')
})

test('who begins no handshake is closed in the time of a request, and others are served meanwhile', async () => {
  const silent = connect(service.endpoints.https[0]?.port ?? 0, '127.0.0.1')
  const garbage = connect(service.endpoints.https[0]?.port ?? 0, '127.0.0.1')
  for (const socket of [silent, garbage]) socket.on('error', () => {}).resume()
  garbage.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const closed = Promise.all([once(silent, 'close'), once(garbage, 'close')])
  assert.equal((await ask('mail.example.org', '/')).status, 200)
  await closed
})
