/**
 * What the owner of a device wants to be woken for, as JSON: of all devices in `…/notify/preferences`, of one in
 * `…/notify/preferences/KIND/NAME`, whose members come before those. Notification filters (RFC 5442 §4) without a script.
 *
 * Read strictly: a member that is misspelt would otherwise wake somebody at night.
 */
import { isTimeZone, type QuietHours, weekdays } from './quiet-hours.ts'

export interface Preferences {
  /** False: it is woken for nothing. */
  readonly on: boolean
  /** Types of events (RFC 5423 §4). */
  readonly events: readonly string[]
  /** Names of mailboxes; one that ends with an asterisk stands for all that begin so. */
  readonly mailboxes: readonly string[]
  readonly exceptMailboxes: readonly string[]
  /** Addresses, or domains after an `@`, whose messages come through quiet hours and are urgent. */
  readonly vip: readonly string[]
  /** Messages of others wake nobody. */
  readonly onlyVip: boolean
  readonly quietHours: readonly QuietHours[]
  /** Held back while the account is told in-band, while it has any session, or never (RFC 5551 §5.3). */
  readonly holdWhile: 'listening' | 'connected' | 'never'
  /** Only sessions that log in with the password of this label hold it back: the device's own. */
  readonly client: string | null
  /** So many wake-ups in so many seconds, and no more. */
  readonly rate: { readonly wakeUps: number; readonly seconds: number }
  /** It is told when the first message is unread, and when none is any more (RFC 5551 §5.3). */
  readonly messageWaiting: boolean
  /** What it is told: that there is something, or also from whom and where. */
  readonly payload: 'wake' | 'summary'
  /** How long URLs of messages open them without a login (RFC 4467); 0: never. */
  readonly urlSeconds: number
  readonly ttlSeconds: number
  /** A script of the account's that is asked first. */
  readonly script: string | null
  readonly tags: readonly string[]
}

export const defaultPreferences: Preferences = {
  on: true,
  events: ['MessageNew'],
  mailboxes: ['INBOX'],
  exceptMailboxes: [],
  vip: [],
  onlyVip: false,
  quietHours: [],
  holdWhile: 'listening',
  client: null,
  rate: { wakeUps: 60, seconds: 3600 },
  messageWaiting: false,
  payload: 'wake',
  urlSeconds: 0,
  ttlSeconds: 86_400,
  script: null,
  tags: [],
}

/** The message is a sentence for who has set them. */
export class BadPreferences extends Error {}

/** Of each list, and characters of each text. */
export const preferenceItems = 200
export const preferenceCharacters = 1_000

type Read<T> = (value: unknown, name: string) => T

const fail = (name: string, what: string): never => {
  throw new BadPreferences(`"${name}" must be ${what}.`)
}
const boolean: Read<boolean> = (value, name) => (typeof value === 'boolean' ? value : fail(name, 'true or false'))
const text: Read<string> = (value, name) =>
  typeof value === 'string' && value.length <= preferenceCharacters ? value : fail(name, 'a text')
const textOrNull: Read<string | null> = (value, name) => (value === null ? null : text(value, name))
const texts: Read<readonly string[]> = (value, name) =>
  Array.isArray(value) && value.length <= preferenceItems
    ? value.map(each => text(each, name))
    : fail(name, 'a list of texts')
const number =
  (least: number, most: number): Read<number> =>
  (value, name) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : fail(name, `a number from ${least} to ${most}`)
const oneOf =
  <T extends string>(...words: readonly T[]): Read<T> =>
  (value, name) =>
    words.find(word => word === value) ?? fail(name, words.map(word => `"${word}"`).join(' or '))

const object = (value: unknown, name: string): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : fail(name, 'an object')

const members = <T extends object>(
  value: unknown,
  name: string,
  readers: { [K in keyof T]: Read<T[K]> },
): Partial<T> => {
  const read: Partial<T> = {}
  for (const [member, found] of Object.entries(object(value, name))) {
    if (!Object.hasOwn(readers, member)) throw new BadPreferences(`There is no preference "${member}".`)
    const key = member as keyof T
    read[key] = readers[key](found, member)
  }
  return read
}

const clock: Read<string> = (value, name) =>
  typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value) ? value : fail(name, 'a time such as "22:30"')

const quietHours: Read<readonly QuietHours[]> = (value, name) => {
  if (!Array.isArray(value) || value.length > preferenceItems) return fail(name, 'a list of objects')
  return value.map(each => {
    const { from, to, timeZone, days } = members<QuietHours>(each, name, {
      from: clock,
      to: clock,
      timeZone: (zone, what) =>
        typeof zone === 'string' && isTimeZone(zone) ? zone : fail(what, 'a time zone such as "Europe/Berlin"'),
      days: (list, what) => texts(list, what).map(day => oneOf(...weekdays)(day, what)),
    })
    if (from === undefined || to === undefined || timeZone === undefined) {
      throw new BadPreferences('"quietHours" need "from", "to" and "timeZone".')
    }
    return { from, to, timeZone, ...(days === undefined ? {} : { days }) }
  })
}

const readers: { [K in keyof Preferences]: Read<Preferences[K]> } = {
  on: boolean,
  events: texts,
  mailboxes: texts,
  exceptMailboxes: texts,
  vip: texts,
  onlyVip: boolean,
  quietHours,
  holdWhile: oneOf('listening', 'connected', 'never'),
  client: textOrNull,
  rate: (value, name) => {
    const { wakeUps, seconds } = members<Preferences['rate']>(value, name, {
      wakeUps: number(1, 10_000),
      seconds: number(1, 31_536_000),
    })
    if (wakeUps === undefined || seconds === undefined)
      throw new BadPreferences('"rate" needs "wakeUps" and "seconds".')
    return { wakeUps, seconds }
  },
  messageWaiting: boolean,
  payload: oneOf('wake', 'summary'),
  urlSeconds: number(0, 31_536_000),
  ttlSeconds: number(0, 2_419_200),
  script: textOrNull,
  tags: texts,
}

/** What one entry sets. Throws `BadPreferences`. */
export function preferencesIn(value: Uint8Array | string): Partial<Preferences> {
  let json: unknown
  try {
    json = JSON.parse(typeof value === 'string' ? value : Buffer.from(value).toString())
  } catch {
    throw new BadPreferences('Preferences are written in JSON.')
  }
  return members<Preferences>(json, 'preferences', readers)
}

/** A name that ends with an asterisk stands for all that begin so; INBOX is written in any case. */
export function isNamed(mailbox: string, names: readonly string[]): boolean {
  return names.some(name => {
    const canonical = /^inbox(?=$|\/|\*)/i.test(name) ? `INBOX${name.slice(5)}` : name
    return canonical.endsWith('*') ? mailbox.startsWith(canonical.slice(0, -1)) : mailbox === canonical
  })
}
