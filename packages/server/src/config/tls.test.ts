import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf } from './config.ts'

const base = 'hostname = "mail.example.org"\n[listen]\nweb = "[::]:80"\nhttps = "[::]:443"\n[tls]\n'
const config = (text: string, before = base) => configOf(`${before}${text}`, 'x', '/etc')

test('an authority by its name or by its URL, and what goes with it', () => {
  assert.equal(config('').acme, null)
  assert.deepEqual(config('acme = "letsencrypt"').acme, {
    directory: 'https://acme-v02.api.letsencrypt.org/directory',
    contact: '',
    challenge: 'http-01',
    authorityFile: null,
    binding: null,
  })
  const more =
    'acme_contact = "a@b.example"\nacme_challenge = "tls-alpn-01"\nacme_authority = "ca.pem"\nacme_key_id = "k"\nacme_key = "s"'
  assert.deepEqual(config(`acme = "https://ca.example/dir"\n${more}`).acme, {
    directory: 'https://ca.example/dir',
    contact: 'a@b.example',
    challenge: 'tls-alpn-01',
    authorityFile: '/etc/ca.pem',
    binding: { keyId: 'k', key: 's' },
  })
})

const rows: [what: string, text: string, before: string, says: RegExp][] = [
  [
    'a URL in the clear',
    'acme = "http://ca.example"',
    base,
    /tls\.acme is "http:\/\/ca\.example"; it must be the https/,
  ],
  ['a name of nobody', 'acme = "nobody"', base, /tls\.acme is "nobody"/],
  [
    'a contact that is none',
    'acme = "letsencrypt"\nacme_contact = "me"',
    base,
    /tls\.acme_contact is "me"; it must be a mail address/,
  ],
  ['another challenge', 'acme = "letsencrypt"\nacme_challenge = "dns-01"', base, /"http-01" or "tls-alpn-01"/],
  ['half a binding', 'acme = "letsencrypt"\nacme_key_id = "k"', base, /belong together/],
  [
    'files besides',
    'acme = "letsencrypt"\ncertificate = "c"\nkey = "k"',
    base,
    /tls\.certificate and tls\.acme are both set/,
  ],
  [
    'no port for it',
    'acme = "letsencrypt"',
    'hostname = "mail.example.org"\n[tls]\n',
    /the challenge http-01 needs listen\.web/,
  ],
  [
    'no port for the other',
    'acme = "letsencrypt"\nacme_challenge = "tls-alpn-01"',
    'hostname = "mail.example.org"\n[tls]\n',
    /the challenge tls-alpn-01 needs listen\.https/,
  ],
  ['no name', 'acme = "letsencrypt"', '[listen]\nweb = "[::]:80"\n[tls]\n', /tls\.acme needs hostname/],
]
for (const [what, text, before, says] of rows) {
  test(`what is wrong with it is named: ${what}`, () => {
    assert.throws(() => config(text, before), says)
  })
}
