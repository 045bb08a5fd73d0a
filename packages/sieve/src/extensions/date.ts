/** date and currentdate (RFC 5260 §4, §5). */
import { parseDate } from '@lemonade/mime'
import type { Arguments } from '../arguments.ts'
import { extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { type Argument, string, strings } from '../signature.ts'

/** A point in time as a clock in some zone shows it. */
interface Shown {
  readonly at: number
  readonly zoneMinutes: number
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const millisecondsInDay = 86_400_000
/** Of 1970-01-01. */
const modifiedJulianDay = 40_587

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function zoneOf(minutes: number, colon: string): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`
}

/** The values of RFC 5260 §4.2, of a date whose UTC fields are those of the zone. */
const parts: Readonly<Record<string, (date: Date, shown: Shown) => string>> = {
  year: date => String(date.getUTCFullYear()).padStart(4, '0'),
  month: date => two(date.getUTCMonth() + 1),
  day: date => two(date.getUTCDate()),
  date: date => `${part('year', date)}-${part('month', date)}-${part('day', date)}`,
  julian: date => String(Math.floor(date.getTime() / millisecondsInDay) + modifiedJulianDay),
  hour: date => two(date.getUTCHours()),
  minute: date => two(date.getUTCMinutes()),
  second: date => two(date.getUTCSeconds()),
  time: date => `${part('hour', date)}:${part('minute', date)}:${part('second', date)}`,
  iso8601: (date, { zoneMinutes }) =>
    `${part('date', date)}T${part('time', date)}${zoneMinutes === 0 ? 'Z' : zoneOf(zoneMinutes, ':')}`,
  std11: (date, { zoneMinutes }) =>
    `${days[date.getUTCDay()]}, ${part('day', date)} ${months[date.getUTCMonth()]} ${part('year', date)} ` +
    `${part('time', date)} ${zoneOf(zoneMinutes, '')}`,
  zone: (_, { zoneMinutes }) => zoneOf(zoneMinutes, ''),
  weekday: date => String(date.getUTCDay()),
}

/** date-time (RFC 5322 §3.3) of a point in time in a zone. */
export function dateTimeOf(at: number, zoneMinutes: number): string {
  return part('std11', new Date(at + zoneMinutes * 60_000), { at, zoneMinutes })
}

function part(name: string, date: Date, shown: Shown = { at: date.getTime(), zoneMinutes: 0 }): string {
  return parts[name]?.(date, shown) ?? ''
}

const isPart = (name: string) => Object.hasOwn(parts, name.toLowerCase())
const noPart =
  'There is no such part of a date: year, month, day, date, julian, hour, minute, second, time, iso8601, std11, zone, weekday.'
const noZone = 'A time zone is written as a sign and four digits, such as "+0100".'
/** time-zone = ( "+" / "-" ) 4DIGIT */
const zoneSyntax = /^([+-])(\d\d)(\d\d)$/

const datePart: Argument = string('datePart', { check: name => (isPart(name) ? null : noPart) })
const zoneTag = {
  tag: 'zone',
  group: 'zoneKind',
  argument: string('zone', { check: text => (zoneSyntax.test(text) ? null : noZone) }),
}

/** The zone that a test asks for: one given, that of the date, or the site's. */
function zoneMinutes(given: Arguments, machine: Machine, at: number, original: number): number {
  const kind = given.choice('zoneKind')
  if (kind === 'originalzone') return original
  if (kind === null) return machine.site.zoneMinutesAt(at)
  const [, sign, hours, minutes] = zoneSyntax.exec(given.text('zone')) ?? machine.fail(noZone)
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function matches(given: Arguments, machine: Machine, shown: Shown | null): boolean {
  const name = given.text('datePart').toLowerCase()
  if (!isPart(name)) machine.fail(noPart)
  // A zone may push a date over the edge of what a Date can hold.
  const date = new Date((shown?.at ?? Number.NaN) + (shown?.zoneMinutes ?? 0) * 60_000)
  const valid = shown !== null && !Number.isNaN(date.getTime())
  return machine.matches(given, valid ? [part(name, date, shown)] : [], given.texts('keys'))
}

/** hour ":" minute [ ":" second ] and a zone: without both a field holds no date-time (RFC 5322 §3.3, §4.3). */
const timeAndZone =
  /(?:^|[\s,])(?:[01]?\d|2[0-3])\s*:\s*[0-5]?\d(?:\s*:\s*(?:[0-5]?\d|60))?\s*(?:\([^()]*\)\s*)?(?:[+-]\d{4}|[a-z]+)/i

/** The date-time that a field is, or that stands behind its last semicolon. */
function dateOf(field: string): { readonly at: number; readonly zoneMinutes: number } | null {
  const text = field.slice(field.lastIndexOf(';') + 1)
  return timeAndZone.test(text.slice(0, 200)) ? parseDate(text) : null
}

function date(given: Arguments, machine: Machine): boolean {
  // Only the first of several, unless an index says which (RFC 5260 §4).
  const [field] = machine.fields(given, [given.text('headerName')], machine.message.rawHeader)
  const found = field === undefined ? null : dateOf(field)
  const zone = found === null ? 0 : zoneMinutes(given, machine, found.at, found.zoneMinutes)
  return matches(given, machine, found === null ? null : { at: found.at, zoneMinutes: zone })
}

function currentdate(given: Arguments, machine: Machine): boolean {
  const at = machine.site.now
  return matches(given, machine, { at, zoneMinutes: zoneMinutes(given, machine, at, 0) })
}

export const dateTests = extension({
  capabilities: ['date'],
  rfc: 5260,
  tests: {
    date: {
      matching: true,
      tags: [zoneTag, { tag: 'originalzone', group: 'zoneKind' }],
      positionals: [string('headerName'), datePart, strings('keys')],
      run: date,
    },
    currentdate: { matching: true, tags: [zoneTag], positionals: [datePart, strings('keys')], run: currentdate },
  },
})
