import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notifyEntryProblem } from './entries.ts'

const shape = 'A device has a kind and a name, such as webpush/phone.'

for (const [name, value, problem] of [
  ['webpush/phone', 'x', null],
  ['WebPush/phone', 'x', null],
  [`${'a'.repeat(32)}/${'b'.repeat(64)}`, 'x', null],
  [`${'a'.repeat(33)}/b`, 'x', shape],
  [`a/${'b'.repeat(65)}`, 'x', shape],
  ['webpush/phone', '', 'Say where the device is.'],
  ['webpush', 'x', shape],
  ['webpush/a/b', 'x', shape],
  ['webpush/a*', 'x', shape],
  ['state/phone', 'x', shape],
  ['preferences', '{}', null],
  ['Preferences/webpush/phone', '{"on":false}', null],
  ['preferences', 'on', 'Preferences are written in JSON.'],
  ['preferences/webpush/phone', '{"On":false}', 'There is no preference "On".'],
  ['preferences/webpush', '{}', shape],
  ['preferences/state/phone', '{}', shape],
] as const) {
  test(`${name.slice(0, 40)} may be "${value}": ${problem ?? 'yes'}`, () => {
    assert.equal(notifyEntryProblem(name, Buffer.from(value)), problem)
  })
}
