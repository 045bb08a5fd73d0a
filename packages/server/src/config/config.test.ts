import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { UserError } from '../problem.ts'
import { configOf, readConfig } from './config.ts'

const config = (text: string) => configOf(text, 'lemonade.toml', '/etc/lemonade')

test('without a file: loopback at unprivileged ports, data in ./data, no login in the clear', () => {
  const found = readConfig(null, '/srv')
  assert.equal(found.data, '/srv/data')
  assert.equal(found.hostname, 'localhost')
  assert.equal(found.auth.allowPlaintext, 'never')
  const { https, web, ...listen } = found.listen
  assert.deepEqual([https, web], [[], []])
  const ports = Object.entries(listen).map(([name, addresses]) => {
    assert.deepEqual(
      addresses.map(({ host }) => host),
      ['127.0.0.1', '::1'],
    )
    return [name, addresses[0]?.port]
  })
  assert.deepEqual(Object.fromEntries(ports), {
    imap: 1143,
    imaps: 1993,
    submission: 1587,
    submissions: 1465,
    smtp: 1025,
    lmtp: 2424,
    managesieve: 4190,
    http: 8080,
  })
  assert.ok(Object.values(found.listensByDefault).every(Boolean))
})

test('every key is read', () => {
  const found = config(`
hostname = "Mail.Example.org"
data = "mail"
[listen]
imap = "0.0.0.0:143"
imaps = ["0.0.0.0:993", "[::]:993"]
lmtp = false
smtp = "127.0.0.1:0"
[auth]
allow_plaintext = "loopback"
[tls]
certificate = "fullchain.pem"
key = "/keys/privkey.pem"
[log]
level = "warn"
[limits]
message_octets = 1_000
[mta]
recipient_delimiter = "-"
over_quota = "reject"
srs = "off"
sts = "enforce"
dkim = "off"
dkim_rotate_days = 180
authentication = "off"
smart_host = "relay.example.org:25"
spam_field = "X-Spam-Score"
spam_clear = -1.5
spam_certain = 12
virus_field = "X-Virus"
[submit]
client_address = "shown"
[[url_application]]
name = "Submit"
accounts = ["Submit@example.net"]
[[imap_server]]
host = "IMAP.example.net"
user = "submit@example.org"
password = "p"
certificate_authority = "net.pem"
[[imap_server]]
host = "imap.example.com"
address = "10.0.0.1:1993"
tls = "implicit"
user = "submit@example.org"
password = "q"
[[webhook]]
name = "push"
url = "https://push.example.org/lemonade"
secret = "s"
`)
  assert.equal(found.hostname, 'mail.example.org')
  assert.equal(found.data, '/etc/lemonade/mail')
  assert.deepEqual(found.listen.imap, [{ host: '0.0.0.0', port: 143 }])
  assert.deepEqual(found.listen.imaps, [
    { host: '0.0.0.0', port: 993 },
    { host: '::', port: 993 },
  ])
  assert.deepEqual(found.listen.lmtp, [])
  assert.deepEqual(found.listen.smtp, [{ host: '127.0.0.1', port: 0 }])
  assert.equal(found.listensByDefault.smtp, false)
  assert.equal(found.listensByDefault.http, true)
  assert.equal(found.auth.allowPlaintext, 'loopback')
  assert.deepEqual(found.tls, { certificate: '/etc/lemonade/fullchain.pem', key: '/keys/privkey.pem' })
  assert.equal(found.log.level, 'warn')
  assert.deepEqual(found.limits, { message_octets: 1000 })
  assert.deepEqual(found.mta, {
    recipientDelimiter: '-',
    overQuota: 'reject',
    rewritesSenders: false,
    reportsTls: true,
    sts: 'enforce',
    dkim: 'off',
    dkimRotateDays: 180,
    authentication: null,
    exempt: null,
    smartHost: { host: 'relay.example.org', port: 25, tls: 'opportunistic' },
    routes: [],
    testedBy: { spam: { field: 'X-Spam-Score', clear: -1.5, certain: 12 }, virus: { field: 'X-Virus' } },
  })
  assert.equal(found.submit.tellsClient, true)
  assert.deepEqual(found.urls.applications, new Map([['submit', new Set(['submit@example.net'])]]))
  assert.deepEqual(found.urls.imapServers, [
    {
      host: 'imap.example.net',
      address: { host: 'imap.example.net', port: 143 },
      tls: 'starttls',
      user: 'submit@example.org',
      password: 'p',
      certificateAuthorityFile: '/etc/lemonade/net.pem',
    },
    {
      host: 'imap.example.com',
      address: { host: '10.0.0.1', port: 1993 },
      tls: 'implicit',
      user: 'submit@example.org',
      password: 'q',
      certificateAuthorityFile: null,
    },
  ])
  const batch = { events: 100, milliseconds: 0 }
  assert.deepEqual(found.webhooks, [{ name: 'push', url: 'https://push.example.org/lemonade', secret: 's', batch }])
})

test('a smart host that wants a login is spoken to under verified TLS', () => {
  const mta = '[mta]\nsmart_host = "relay:587"\nsmart_host_user = "u"\nsmart_host_password = "p"\n'
  const host = { host: 'relay', port: 587, user: 'u', password: 'p' }
  assert.deepEqual(config(mta).mta.smartHost, { ...host, tls: 'required' })
  assert.deepEqual(config(`${mta}smart_host_tls = "implicit"`).mta.smartHost, { ...host, tls: 'implicit' })
})

test('where proxies connect from', () => {
  const { proxy } = config('[proxy]\nimaps = ["192.0.2.0/24", "2001:db8::1"]\nsmtp = "192.0.2.7"\nhttps = []\n')
  assert.equal(proxy.imaps?.check('192.0.2.9', 'ipv4'), true)
  assert.equal(proxy.imaps?.check('2001:db8::1', 'ipv6'), true)
  assert.equal(proxy.smtp?.check('192.0.2.9', 'ipv4'), false)
  assert.equal(proxy.smtp?.check('192.0.2.7', 'ipv4'), true)
  assert.equal(proxy.https, null)
  assert.equal(proxy.imap, null)
})

test('whose mail is not authenticated', () => {
  assert.deepEqual(config('').mta.authentication, { policy: 'quarantine' })
  const found = config('[mta]\nauthentication = "reject"\nauthentication_exempt = ["192.0.2.0/24", "::1"]').mta
  assert.equal(found.authentication?.policy, 'reject')
  assert.equal(found.exempt?.check('192.0.2.9', 'ipv4'), true)
  assert.equal(found.exempt?.check('127.0.0.1', 'ipv4'), false)
  const nobody = config('[mta]\nauthentication = "off"\nauthentication_exempt = []').mta.exempt
  assert.equal(nobody?.check('127.0.0.1', 'ipv4'), false)
})

const mistakes: [what: string, text: string, says: string][] = [
  ['a wrong type', 'hostname = 5', 'hostname is 5; it must be a host name like "mail.example.org".'],
  ['a wrong host name', 'hostname = "a_b"', 'hostname is "a_b"; it must be a host name like "mail.example.org".'],
  ['an empty path', 'data = ""', 'data is ""; it must be the path of a directory.'],
  ['a misspelt key', 'hostnme = "a"', 'hostnme is not a setting; did you mean hostname?'],
  ['a misspelt key in a table', '[listen]\nimpas = false', 'listen.impas is not a setting; did you mean listen.imaps?'],
  [
    'hyphens',
    '[auth]\nallow-plaintext = "never"',
    'allow-plaintext is not a setting; did you mean auth.allow_plaintext?',
  ],
  ['a key that nothing is near', 'colour = "red"', 'colour is not a setting.'],
  ['a key in no table', 'smart_host = "a:25"', 'did you mean mta.smart_host, under [mta]?'],
  ['a key under a table', '[log]\nhostname = "a"', 'did you mean hostname, above the first [table] of the file?'],
  ['a value where a table is', 'log = "debug"', 'log is "debug"; it must be a table, [log].'],
  [
    'true for a listener',
    '[listen]\nimap = true',
    'listen.imap is true; it must be "HOST:PORT", a list of them, or false.',
  ],
  [
    'a number for a listener',
    '[listen]\nimap = 143',
    'listen.imap is 143; it must be "HOST:PORT", a list of them, or false.',
  ],
  [
    'a proxy that is no address',
    '[proxy]\nimaps = ["proxy.example.org"]',
    'proxy.imaps is ["proxy.example.org"]; it must be a list of addresses and networks like "192.0.2.0/24".',
  ],
  [
    'no listener in a list',
    '[listen]\nimap = []',
    'listen.imap is []; it must be "HOST:PORT", a list of them, or false.',
  ],
  ['an address without a port', '[listen]\nhttp = "localhost"', 'listen.http: "localhost" is not HOST:PORT'],
  ['a port past the last', '[listen]\nhttp = ["[::1]:70000"]', 'listen.http: "[::1]:70000" names port 70000'],
  [
    'a choice',
    '[auth]\nallow_plaintext = "always"',
    'auth.allow_plaintext is "always"; it must be "never" or "loopback".',
  ],
  ['a level', '[log]\nlevel = "loud"', 'it must be "trace", "debug", "info", "warn", "error", "fatal" or "silent".'],
  ['half a key pair', '[tls]\nkey = "k"', 'tls.key is set without tls.certificate; set both or neither.'],
  ['the other half', '[tls]\ncertificate = "k"', 'tls.certificate is set without tls.key; set both or neither.'],
  ['a limit below zero', '[limits]\nx = -1', 'limits.x is -1; it must be a whole number from 0.'],
  ['a limit with a fraction', '[limits]\nx = 1.5', 'limits.x is 1.5; it must be a whole number from 0.'],
  ['a limit as text', '[limits]\nx = "1"', 'limits.x is "1"; it must be a whole number from 0.'],
  [
    'an exempt network',
    '[mta]\nauthentication_exempt = ["10.0.0.0/33"]',
    'it must be a list of addresses and networks',
  ],
  ['no list', '[mta]\nauthentication_exempt = 5', 'mta.authentication_exempt is 5; it must be a list of addresses'],
  ['a policy', '[mta]\nauthentication = "discard"', '"off", "none", "quarantine" or "reject"'],
  ['a field', '[mta]\nspam_field = "X Spam"', 'mta.spam_field is "X Spam"; it must be the name of a header field'],
  ['a score', '[mta]\nspam_certain = "high"', 'mta.spam_certain is "high"; it must be a number'],
  ['scores the wrong way round', '[mta]\nspam_clear = 15', 'mta.spam_clear must be below mta.spam_certain'],
  ['a delimiter', '[mta]\nrecipient_delimiter = "@"', 'mta.recipient_delimiter is "@"; it must be one character of'],
  ['a smart host', '[mta]\nsmart_host = "relay"', 'mta.smart_host: "relay" is not HOST:PORT'],
  ['a user without a password', '[mta]\nsmart_host_user = "u"', 'belong together; set both or neither.'],
  ['one webhook', '[webhook]\nname = "a"', 'webhook is a table; it must be tables, each headed [[webhook]].'],
  ['a bare webhook', '[[webhook]]\nname = "a"\nurl = "http://a"', 'webhook[0].secret is missing.'],
  [
    'a webhook elsewhere',
    '[[webhook]]\nurl = "ftp://a"',
    'webhook[0].url is "ftp://a"; it must be an http:// or https://',
  ],
  [
    'two webhooks of a name',
    '[[webhook]]\nname="a"\nurl="http://a"\nsecret="s"\n[[webhook]]\nname="a"\nurl="http://b"\nsecret="s"',
    'webhook[1].name is "a", as another webhook\'s; each needs its own.',
  ],
  [
    'an application',
    '[[url_application]]\nname = "a b"',
    'url_application[0].name is "a b"; it must be letters and digits',
  ],
  ['no application', '[[url_application]]\nname = "user"\naccounts = []', 'which is no application.'],
  [
    'an account',
    '[[url_application]]\nname = "submit"\naccounts = "a@b"',
    'it must be a list of the names of accounts.',
  ],
  ['a server without a name', '[[imap_server]]\nuser = "a"\npassword = "b"', 'imap_server[0].host is missing.'],
  [
    'a server in the clear',
    '[[imap_server]]\ntls = "never"',
    'imap_server[0].tls is "never"; it must be "starttls" or "implicit".',
  ],
  ['what is no TOML', 'hostname = \n', 'lemonade.toml: line 1, column'],
]

for (const [what, text, says] of mistakes) {
  test(`a mistake is named: ${what}`, () => {
    assert.throws(
      () => config(text),
      (error: unknown) => {
        assert.ok(error instanceof UserError)
        assert.ok(error.message.includes(says), error.message)
        assert.ok(error.message.startsWith('lemonade.toml: '))
        return true
      },
    )
  })
}

test('all mistakes are named at once', () => {
  assert.throws(
    () => config('hostname = 1\ncolour = 2\n[log]\nlevel = 3'),
    (error: unknown) => error instanceof UserError && error.message.split('\n').length === 3,
  )
})

test('a file is read with paths relative to it, and a missing one is a sentence', t => {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'lemonade.toml')
  writeFileSync(file, 'data = "d"\n')
  assert.equal(readConfig(file, '/').data, join(folder, 'd'))
  assert.throws(
    () => readConfig('none.toml', folder),
    /^UserError: The configuration file cannot be read; name another with --config\. \S+none\.toml: no such file/,
  )
})
