import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDate, parseDateTime, printDateTime } from './date.ts'
import { accepts, refuses } from './testing.ts'

const day = (text: string) => Date.parse(text) / 86_400_000

test('dates of SEARCH', () => {
  accepts(parseDate, '1-Feb-1994', day('1994-02-01'))
  accepts(parseDate, '"01-feb-1994"', day('1994-02-01'))
  accepts(parseDate, '29-Feb-2000 x', day('2000-02-29'), ' x')
  for (const bad of ['29-Feb-1999', '0-Jan-2000', '32-Jan-2000', '1-Foo-2000', '1-Jan-99', '1 Jan 2000', 'now', '']) {
    refuses(parseDate, bad)
  }
})

test('date-times of APPEND', () => {
  // RFC 3501 §6.3.11's neighbour, the example of §7.4.2.
  accepts(parseDateTime, '"17-Jul-1996 02:44:25 -0700"', Date.parse('1996-07-17T02:44:25-07:00'))
  accepts(parseDateTime, '" 7-Feb-1994 21:52:25 +0530"', Date.parse('1994-02-07T21:52:25+05:30'))
  const bad = [
    '"7-Feb-1994 21:52:25 +0000"',
    '"17-Jul-1996 24:00:00 +0000"',
    '"17-Jul-1996 02:60:00 +0000"',
    '"17-Jul-1996 02:44:25"',
    '"31-Feb-1996 02:44:25 +0000"',
    '17-Jul-1996',
  ]
  for (const text of bad) refuses(parseDateTime, text)
})

test('a date-time that was printed is read again', () => {
  const second = fc.integer({ min: 0, max: 4_102_444_800 })
  fc.assert(
    fc.property(second, at => accepts(parseDateTime, `"${printDateTime(at * 1000)}"`, at * 1000)),
    { seed: 6, numRuns: 500 },
  )
  assert.equal(printDateTime(Date.UTC(1996, 6, 7, 9, 44, 25)), ' 7-Jul-1996 09:44:25 +0000')
})
