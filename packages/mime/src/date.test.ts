import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseDate } from './index.ts'

describe('dates', () => {
  for (const [text, iso, day = iso.slice(0, 10)] of [
    // RFC 5322 appendix A.
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06Z'],
    ['Tue, 1 Jul 2003 10:52:37 +0200', '2003-07-01T08:52:37Z'],
    ['Thu, 13 Feb 1969 23:32 -0330', '1969-02-14T03:02:00Z', '1969-02-13'],
    [
      'Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)',
      '1969-02-14T03:02:00Z',
      '1969-02-13',
    ],
    ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06Z'],
    ['Fri, 21 Nov 1997 09(comment):   55  :  06 -0600', '1997-11-21T15:55:06Z'],
    // The day is that of the header's own zone.
    ['31 Dec 2000 16:01:33 -0800', '2001-01-01T00:01:33Z', '2000-12-31'],
    ['1 Jan 2001 00:30:00 +0100', '2000-12-31T23:30:00Z', '2001-01-01'],
    // RFC 5322 §4.3.
    ['1 Jan 49 00:00:00 +0000', '2049-01-01T00:00:00Z'],
    ['1 Jan 50 00:00:00 +0000', '1950-01-01T00:00:00Z'],
    ['1 Jan 101 00:00:00 +0000', '2001-01-01T00:00:00Z'],
    ['1 Jan 0101 00:00:00 +0000', '2001-01-01T00:00:00Z'],
    ['1 Jan 2001 00:00:00 EST', '2001-01-01T05:00:00Z'],
    ['1 Jan 2001 00:00:00 PDT', '2001-01-01T07:00:00Z'],
    ['1 Jan 2001 00:00:00 A', '2001-01-01T00:00:00Z'],
    ['1 Jan 2001 00:00:00 -0000', '2001-01-01T00:00:00Z'],
    ['31 Dec 1998 23:59:60 +0000', '1999-01-01T00:00:00Z', '1998-12-31'],
    ['29 Feb 2000 00:00:00 +0000', '2000-02-29T00:00:00Z'],
    // RFC 5256 §2.2: an invalid zone is UTC, an invalid time 00:00:00.
    ['1 Jan 2001 12:00:00 XXX', '2001-01-01T12:00:00Z'],
    ['1 Jan 2001 12:00:00 +9960', '2001-01-01T12:00:00Z'],
    ['1 Jan 2001 25:00:00 +0000', '2001-01-01T00:00:00Z'],
    ['1 Jan 2001', '2001-01-01T00:00:00Z'],
    // What senders do.
    ['Mon Sep 17 10:11:12 2001', '2001-09-17T10:11:12Z'],
    ['Mon Sep 17 10:11:12 CEST 2001', '2001-09-17T08:11:12Z'],
    ['Mon, 17-Sep-2001 10:11:12 +0200', '2001-09-17T08:11:12Z'],
    ['Monday, September 17, 2001 10:11 PM', '2001-09-17T22:11:00Z'],
    ['Mon, 17 Sep 2001 12:11:00 AM +0000', '2001-09-17T00:11:00Z'],
    ['Mon, 17 Sep 2001 10:11:12 GMT+0200', '2001-09-17T08:11:12Z'],
    ['Mon, 17 Sep 2001 10:11:12 +02:00', '2001-09-17T08:11:12Z'],
    ['Mon, 17 Sep 2001 10:11:12+0200', '2001-09-17T08:11:12Z'],
    ['Mon, 17 Sep 2001 10:11:12GMT', '2001-09-17T10:11:12Z'],
    ['Mon, 17 Sep 2001 10.11.12 +0000', '2001-09-17T10:11:12Z'],
    ['Mon,17 Sep 2001 10:11:12 +0000', '2001-09-17T10:11:12Z'],
    ['2001-09-17 10:11:12', '2001-09-17T10:11:12Z'],
    ['2001-09-17T10:11:12Z', '2001-09-17T10:11:12Z'],
    ['2001-09-17T10:11:12.345+02:00', '2001-09-17T08:11:12Z'],
  ] as const)
    it(JSON.stringify(text), () => {
      const date = parseDate(text)
      assert.ok(date)
      assert.equal(new Date(date.at).toISOString(), iso.replace('Z', '.000Z'))
      assert.equal(new Date(date.day * 86_400_000).toISOString().slice(0, 10), day)
    })

  for (const text of [
    '',
    'yesterday',
    '32 Jan 2001 00:00:00',
    '30 Feb 2001',
    '29 Feb 2001',
    '0 Jan 2001',
    '1 Foo 2001',
    'Jan 2001',
    '1 Jan',
    '1 Jan 0',
    '12:00:00 +0000',
    '(1 Jan 2001)',
    '99999999999999999999 Jan 2001',
  ])
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseDate(text), null))

  it('tells the zone', () => {
    assert.equal(parseDate('1 Jan 2001 00:00:00 -0330')?.zoneMinutes, -210)
    assert.equal(parseDate('1 Jan 2001 00:00:00')?.zoneMinutes, 0)
  })

  it('behind 200 characters is not looked at', () => {
    const date = '1 Jan 2001'
    assert.ok(parseDate(' '.repeat(200 - date.length) + date))
    assert.equal(parseDate(' '.repeat(201 - date.length) + date)?.at, parseDate('1 Jan 200')?.at)
  })
})
