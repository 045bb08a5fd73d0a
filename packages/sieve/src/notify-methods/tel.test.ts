import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile, extensions, furtherNotifyMethods } from '../index.ts'
import { tel } from './tel.ts'

test('RFC 3966 §3: a short message goes to a global number', () => {
  for (const good of ['tel:+1-201-555-0123', 'TEL:+1(201)555.0123', 'tel:+123456789012345']) {
    assert.equal(tel.check(good), null, good)
  }
  for (const bad of ['tel:+1234567890123456', 'tel:112', 'tel:+1;ext=2', 'tel:+', 'tel:+1 2', 'tel:']) {
    assert.match(String(tel.check(bad)), /no tel URI/, bad)
  }
})

test('a script may name it where the host has a gateway', () => {
  const script = 'require "enotify"; notify "tel:+12015550123";'
  const offered = [...extensions, furtherNotifyMethods.tel]
  assert.deepEqual(compile(script, { extensions: offered }).diagnostics, [])
})
