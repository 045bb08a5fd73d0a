/** Dates of the grammar of RFC 3501 §9: date (SEARCH) and date-time (APPEND, INTERNALDATE). */
import { Bad } from './bad.ts'
import type { Parser } from './parser.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayMilliseconds = 86_400_000

/** date = date-text / DQUOTE date-text DQUOTE. As days since 1970-01-01. */
export function parseDate(p: Parser): number {
  const text = p.isNext('"') ? p.quoted() : p.atom()
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text)
  const at = match && dayOf(match[1], match[2], match[3])
  if (at === null) throw new Bad('Expected a date such as 1-Feb-1994')
  return at / dayMilliseconds
}

/** date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE. As milliseconds. */
export function parseDateTime(p: Parser): number {
  const match = /^([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(p.quoted())
  const day = match && dayOf(match[1], match[2], match[3])
  if (match === null || day === null) throw new Bad('Expected a date-time such as "17-Jul-1996 02:44:25 -0700"')
  const [hour, minute, second, zoneHour, zoneMinute] = [4, 5, 6, 8, 9].map(i => Number(match[i])) as [
    number,
    number,
    number,
    number,
    number,
  ]
  // 60 is a leap second; RFC 5322 §3.3 lets it stand.
  if (hour > 23 || minute > 59 || second > 60 || zoneMinute > 59) throw new Bad('That time of day does not exist')
  const zone = (zoneHour * 60 + zoneMinute) * (match[7] === '-' ? -1 : 1)
  return day + ((hour * 60 + minute - zone) * 60 + second) * 1000
}

function dayOf(day = '', month = '', year = ''): number | null {
  const index = months.findIndex(name => name.toLowerCase() === month.toLowerCase())
  if (index === -1) return null
  const date = new Date(0)
  date.setUTCFullYear(Number(year), index, Number(day))
  return date.getUTCMonth() === index && date.getUTCDate() === Number(day) ? date.getTime() : null
}

/** Prints a date-time in UTC, without its quotes. */
export function printDateTime(at: number): string {
  const date = new Date(at)
  const two = (n: number) => `${n}`.padStart(2, '0')
  const day = `${date.getUTCDate()}`.padStart(2, ' ')
  const year = `${date.getUTCFullYear()}`.padStart(4, '0')
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${day}-${months[date.getUTCMonth()]}-${year} ${time} +0000`
}
