import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { records } from './records.ts'

function text(...lines: readonly string[]): string {
  const octets = Buffer.from(lines.map(line => `${line}\r\n`).join(''))
  return Buffer.from(records(octets, { from: '', to: 'utf-8' }, defaultConvertLimits).octets).toString('utf8')
}

test('an invitation tells what, when, where and with whom', () => {
  const invitation = text(
    'BEGIN:VCALENDAR',
    'METHOD:REQUEST',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Berlin',
    'BEGIN:STANDARD',
    'DTSTART:19961027T030000',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:1@example.org',
    'ORGANIZER;CN="Petra: boss":mailto:petra@example.org',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:jo@example.org',
    'DTSTART;TZID=Europe/Berlin:20260301T093000',
    'DTEND:20260301T100000Z',
    'SUMMARY:Plans\\, and',
    '  more',
    'DESCRIPTION:One\\nTwo',
    'BEGIN:VALARM',
    'DESCRIPTION:not this',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
  )
  assert.deepEqual(invitation.split('\r\n'), [
    'Invitation',
    '',
    'Event',
    'What: Plans, and more',
    'Begins: 2026-03-01 09:30 (Europe/Berlin)',
    'Ends: 2026-03-01 10:00 UTC',
    'Organizer: Petra: boss <petra@example.org>',
    'With: jo@example.org, needs action',
    'Notes: One',
    '  Two',
    '',
  ])
})

test('a contact of any version', () => {
  const contact = text(
    'BEGIN:VCARD',
    'VERSION:4.0',
    'FN:Jo Doe',
    'ORG:Example\\; Ltd;Sales',
    'item1.TEL;TYPE="home,voice":tel:+49-1',
    'TEL;CELL:+49-2',
    'EMAIL:jo@example.org',
    'ADR;TYPE=work:;;1 Street;Town;;12345;Land',
    'BDAY:19800102',
    'PHOTO:data:image/jpeg;base64,AAAA',
    'END:VCARD',
  )
  assert.deepEqual(contact.split('\r\n'), [
    'Contact',
    'Name: Jo Doe',
    'Organization: Example; Ltd, Sales',
    'Telephone (home): +49-1',
    'Telephone (cell): +49-2',
    'Mail: jo@example.org',
    'Address (work): 1 Street, Town, 12345, Land',
    'Birthday: 1980-01-02',
    '',
  ])
})

test('what is neither is refused', () => {
  assert.throws(() => text('Hello'), Refusal)
  assert.throws(() => text(), Refusal)
})
