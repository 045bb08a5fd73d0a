import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf } from './config.ts'

const dns = (text: string) => configOf(text, 'lemonade.toml', '/srv').dns

test('[dns]: servers by address, with and without a port; the system is asked otherwise', () => {
  assert.deepEqual(dns(''), { servers: null, trust: 'loopback' })
  assert.deepEqual(dns('[dns]\nservers = ["127.0.0.1", "[::1]:5353"]\ntrust_ad = "never"'), {
    servers: [
      { host: '127.0.0.1', port: 53 },
      { host: '::1', port: 5353 },
    ],
    trust: 'never',
  })
  assert.deepEqual(dns('[dns]\nservers = "192.0.2.1"').servers, [{ host: '192.0.2.1', port: 53 }])
})

test('[dns]: what is no address is refused', () => {
  for (const value of ['"ns.example"', '[]', '["127.0.0.1", 53]', '["127.0.0.1:0"]', '53']) {
    assert.throws(() => dns(`[dns]\nservers = ${value}`), /dns\.servers is .*; it must be a list of addresses/, value)
  }
  assert.throws(
    () => dns('[dns]\ntrust_ad = "yes"'),
    /dns\.trust_ad is "yes"; it must be "loopback", "always" or "never"/,
  )
})
