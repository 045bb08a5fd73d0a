import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasIpv6Loopback, usableAddresses } from './addresses.ts'
import { announcement } from './announcement.ts'
import { configOf } from './config/config.ts'
import { byListener } from './listeners.ts'

const config = configOf('[listen]\nimap = "[::1]:143"\nhttp = false', 'x', '/srv')

test('without IPv6 a default ::1 is left out and a configured one is not', () => {
  const usable = usableAddresses(config, false)
  assert.deepEqual(usable.imap, [{ host: '::1', port: 143 }])
  assert.deepEqual(usable.imaps, [{ host: '127.0.0.1', port: 1993 }])
  assert.deepEqual(usable.http, [])
  assert.deepEqual(usableAddresses(config, true), config.listen)
})

test('whether there is an IPv6 loopback is found out', async () => {
  assert.equal(typeof (await hasIpv6Loopback()), 'boolean')
})

test('the announcement has a row a listener, how to connect, and a remark where ::1 is missing', () => {
  const endpoints = byListener(name => (name === 'http' ? [] : [{ host: '127.0.0.1', port: 1 }]))
  const operator = { name: 'admin@localhost', password: 'pass-word' }
  const text = announcement({ config, endpoints, operator, ipv6: false })
  assert.match(text, /^ {2}managesieve {2}127\.0\.0\.1:1 {2}filter scripts, STARTTLS$/m)
  assert.doesNotMatch(text, /^ {2}http /m)
  assert.match(text, /This machine has no ::1/)
  assert.match(text, /\/srv\/data\/tls\/ca\.pem/)
  assert.match(text, /admin@localhost {2}pass-word/)
  const later = announcement({ config, endpoints, operator: null, ipv6: true })
  assert.doesNotMatch(later, /::1|pass-word/)
  assert.match(later, /lemonade account add/)
})
