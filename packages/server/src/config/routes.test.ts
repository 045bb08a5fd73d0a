import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf } from './config.ts'

const routes = (text: string) => configOf(text, 'lemonade.toml', '/srv').mta.routes

test('[[route]]: by domains of recipients and senders, to a server or to MX, in their order', () => {
  assert.deepEqual(routes(''), [])
  const text = `
[[route]]
to = ["Partner.example", "*.partner.example"]
smart_host = "relay.partner.example:587"
smart_host_user = "u"
smart_host_password = "p"

[[route]]
from = ["corp.example", ""]
smart_host = "[2001:db8::1]:25"
smart_host_tls = "never"

[[route]]
to = "near.example"
from = "corp.example"
smart_host = "mx"
`
  const login = { tls: 'required', user: 'u', password: 'p' }
  assert.deepEqual(routes(text), [
    {
      to: ['partner.example', '*.partner.example'],
      smartHost: { host: 'relay.partner.example', port: 587, ...login },
    },
    { from: ['corp.example', ''], smartHost: { host: '2001:db8::1', port: 25, tls: 'never' } },
    { to: ['near.example'], from: ['corp.example'], smartHost: null },
  ])
})

test('[[route]]: what is missing or wrong is named', () => {
  const rows: readonly [text: string, said: RegExp][] = [
    ['smart_host = "mx"', /route\[0\]\.to and route\[0\]\.from are missing/],
    ['to = "a.example"', /route\[0\]\.smart_host is missing/],
    ['to = ["a@b.example"]\nsmart_host = "mx"', /route\[0\]\.to is .*; it must be a list of domains/],
    ['to = [""]\nsmart_host = "mx"', /route\[0\]\.to is /],
    ['to = []\nsmart_host = "mx"', /route\[0\]\.to is /],
    ['from = "a.*.example"\nsmart_host = "mx"', /route\[0\]\.from is /],
    ['to = "a.example"\nsmart_host = "relay"', /route\[0\]\.smart_host: /],
    [
      'to = "a.example"\nsmart_host = "r:25"\nsmart_host_user = "u"',
      /route\[0\]\.smart_host_user and .* belong together/,
    ],
    ['to = "a.example"\nsmart_host = "r:25"\nhost = "x"', /route\[0\]\.host is not a setting/],
  ]
  for (const [text, said] of rows) assert.throws(() => routes(`[[route]]\n${text}`), said, text)
})
