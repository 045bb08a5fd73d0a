import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BadPreferences, preferenceItems, preferencesIn } from './preferences.ts'
import { type QuietHours, quietUntil } from './quiet-hours.ts'

suite('quiet hours', () => {
  const night: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }
  const rows: readonly (readonly [name: string, hours: readonly QuietHours[], now: string, until: string | null])[] = [
    ['before', [night], '2026-11-24T20:59:59.999Z', null],
    ['at the beginning', [night], '2026-11-24T21:00:00Z', '2026-11-25T06:00:00Z'],
    ['after midnight', [night], '2026-11-25T00:30:00Z', '2026-11-25T06:00:00Z'],
    ['at the end', [night], '2026-11-25T06:00:00Z', null],
    ['in summer', [night], '2026-07-01T20:00:00Z', '2026-07-02T05:00:00Z'],
    ['when clocks go forward', [night], '2026-03-28T22:00:00Z', '2026-03-29T05:00:00Z'],
    ['when clocks go back', [night], '2026-10-24T21:00:00Z', '2026-10-25T06:00:00Z'],
    ['on other days', [{ ...night, days: ['mon'] }], '2026-11-24T22:00:00Z', null],
    ['of a day that began yesterday', [{ ...night, days: ['tue'] }], '2026-11-25T02:00:00Z', '2026-11-25T06:00:00Z'],
    [
      'all day',
      [{ from: '00:00', to: '00:00', timeZone: 'UTC', days: ['tue'] }],
      '2026-11-24T12:00:00Z',
      '2026-11-25T00:00:00Z',
    ],
    [
      'one after the other',
      [night, { from: '07:00', to: '09:00', timeZone: 'Europe/Berlin' }],
      '2026-11-24T23:00:00Z',
      '2026-11-25T08:00:00Z',
    ],
    [
      'in a zone with half hours',
      [{ from: '22:00', to: '06:00', timeZone: 'Asia/Kolkata' }],
      '2026-11-24T16:30:00Z',
      '2026-11-25T00:30:00Z',
    ],
  ]
  for (const [name, hours, now, until] of rows) {
    test(name, () => {
      assert.equal(new Date(quietUntil(hours, Date.parse(now))).toISOString(), new Date(until ?? now).toISOString())
    })
  }
  test('that never end are looked at again', () => {
    const always: QuietHours = { from: '00:00', to: '00:00', timeZone: 'UTC' }
    assert.ok(quietUntil([always], 0) > 7 * 86_400_000)
  })
})

suite('preferences', () => {
  test('are read', () => {
    const hours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', days: ['fri', 'sat'] }
    const all = {
      ...{
        on: true,
        events: ['MessageNew', 'QuotaExceed'],
        mailboxes: ['INBOX', 'Work/*'],
        exceptMailboxes: ['Work/x'],
      },
      ...{ vip: ['@example.org', 'bob@example.net'], onlyVip: false, quietHours: [hours], holdWhile: 'connected' },
      ...{ client: 'phone', rate: { wakeUps: 5, seconds: 60 }, messageWaiting: true, payload: 'summary' },
      ...{ urlSeconds: 3600, ttlSeconds: 0, script: null, tags: ['work'] },
    }
    assert.deepEqual(preferencesIn(JSON.stringify(all)), all)
    assert.deepEqual(preferencesIn('{}'), {})
  })
  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /JSON/],
    ['[]', /object/],
    ['{"evnets":[]}', /no preference "evnets"/],
    ['{"constructor":1}', /no preference "constructor"/],
    ['{"on":1}', /"on" must be true or false/],
    ['{"events":"MessageNew"}', /list of texts/],
    ['{"holdWhile":"asleep"}', /"listening" or "connected" or "never"/],
    ['{"rate":{"wakeUps":0,"seconds":1}}', /from 1 to 10000/],
    ['{"rate":{"wakeUps":1}}', /needs/],
    ['{"ttlSeconds":2419201}', /2419200/],
    ['{"quietHours":[{"from":"24:00","to":"07:00","timeZone":"UTC"}]}', /"from" must be a time/],
    ['{"quietHours":[{"from":"22:00","to":"07:00"}]}', /need/],
    ['{"quietHours":[{"from":"22:00","to":"07:00","timeZone":"Mars/Olympus"}]}', /time zone/],
    ['{"quietHours":[{"from":"22:00","to":"07:00","timeZone":"+01:00"}]}', /time zone/],
    ['{"quietHours":[{"from":"22:00","to":"07:00","timeZone":"UTC","days":["Monday"]}]}', /"sun" or/],
    [JSON.stringify({ vip: Array(preferenceItems + 1).fill('a@b.example') }), /list/],
    [JSON.stringify({ client: 'x'.repeat(1001) }), /text/],
  ]
  for (const [text, message] of bad) {
    test(`are refused: ${text.slice(0, 60)}`, () => {
      assert.throws(
        () => preferencesIn(text),
        (error: unknown) => error instanceof BadPreferences && message.test(error.message),
      )
    })
  }
  test('a list may be as long as that', () => {
    assert.equal(
      preferencesIn(JSON.stringify({ vip: Array(preferenceItems).fill('a@b.example') })).vip?.length,
      preferenceItems,
    )
  })
})
