/** Calendars (RFC 5545) and contacts (RFC 6350) as lines that a person reads. */
import type { ConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { textOf } from './charset.ts'
import { encodedResult } from './recode.ts'
import type { TaskResult, TaskSettings } from './task.ts'

/** What a person wants to know of an appointment, in this order; the rest is for programs. */
const calendarLabels: Readonly<Record<string, string>> = {
  SUMMARY: 'What',
  DTSTART: 'Begins',
  DTEND: 'Ends',
  DUE: 'Due',
  DURATION: 'Lasts',
  RRULE: 'Repeats',
  LOCATION: 'Where',
  ORGANIZER: 'Organizer',
  ATTENDEE: 'With',
  STATUS: 'Status',
  PRIORITY: 'Priority',
  URL: 'Link',
  DESCRIPTION: 'Notes',
  COMMENT: 'Comment',
}

const contactLabels: Readonly<Record<string, string>> = {
  FN: 'Name',
  NICKNAME: 'Nickname',
  ORG: 'Organization',
  TITLE: 'Title',
  ROLE: 'Role',
  TEL: 'Telephone',
  EMAIL: 'Mail',
  IMPP: 'Chat',
  ADR: 'Address',
  URL: 'Link',
  BDAY: 'Birthday',
  ANNIVERSARY: 'Anniversary',
  NOTE: 'Notes',
}

const components: Readonly<Record<string, string>> = {
  VEVENT: 'Event',
  VTODO: 'Task',
  VJOURNAL: 'Journal entry',
  VFREEBUSY: 'Free and busy times',
  VCARD: 'Contact',
}

/** What METHOD asks of the reader (RFC 5546 §1.4). */
const methods: Readonly<Record<string, string>> = {
  REQUEST: 'Invitation',
  REPLY: 'Answer to an invitation',
  CANCEL: 'Cancellation',
  COUNTER: 'Proposal of another time',
}

/** A file has thousands of entries at times; a reader has not the patience. */
const mostEntries = 2_000

/** settings: from (charset, or empty), to (charset), replacement. */
export function records(octets: Buffer, settings: TaskSettings, limits: ConvertLimits): TaskResult {
  if (octets.length > limits.textOctets) throw new Refusal('The text is too large')
  const charset = String(settings['from'] ?? '')
  // Both formats are UTF-8 unless they say otherwise (RFC 5545 §3.1.4, RFC 6350 §3.1).
  const lines = contentLines(textOf(octets, charset === '' ? 'utf-8' : charset))
  if (lines[0]?.name !== 'BEGIN') throw new Refusal('The content is neither a calendar nor a contact')
  return encodedResult(readable(lines), settings, limits)
}

interface ContentLine {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
  readonly value: string
}

function readable(lines: readonly ContentLine[]): string {
  const method = lines.find(({ name }) => name === 'METHOD')?.value.toUpperCase() ?? ''
  const blocks: string[] = methods[method] === undefined ? [] : [methods[method]]
  const open: string[] = []
  let entry: ContentLine[] = []
  for (const line of lines) {
    const component = line.value.toUpperCase()
    if (line.name === 'BEGIN') {
      open.push(component)
      if (components[component] !== undefined) entry = []
    } else if (line.name === 'END') {
      open.pop()
      const title = components[component]
      if (title !== undefined && blocks.length < mostEntries) blocks.push(entryText(title, component, entry))
    } else if (components[open.at(-1) ?? ''] !== undefined) entry.push(line)
  }
  return `${blocks.join('\n\n').replaceAll('\n', '\r\n')}\r\n`
}

function entryText(title: string, component: string, entry: readonly ContentLine[]): string {
  const labels = component === 'VCARD' ? contactLabels : calendarLabels
  const lines = Object.entries(labels).flatMap(([name, label]) =>
    entry
      .filter(line => line.name === name)
      .map(line => `${label}${kindOf(line)}: ${valueText(line).replaceAll('\n', '\n  ')}`),
  )
  return [title, ...lines].join('\n')
}

/** home, work and the like, of a contact's line (RFC 6350 §5.6). */
function kindOf({ name, parameters }: ContentLine): string {
  const kinds = (parameters.get('TYPE') ?? '')
    .toLowerCase()
    .split(',')
    .filter(kind => /^(?:home|work|cell|fax|mobile)$/.test(kind))
  return contactLabels[name] === undefined || kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
}

function valueText({ name, parameters, value }: ContentLine): string {
  switch (name) {
    case 'DTSTART':
    case 'DTEND':
    case 'DUE':
    case 'BDAY':
    case 'ANNIVERSARY':
      return dateText(value, parameters.get('TZID'))
    case 'RRULE':
      return value.toLowerCase().replaceAll(';', ', ').replaceAll('=', ' ')
    case 'ORGANIZER':
    case 'ATTENDEE': {
      const address = value.replace(/^mailto:/i, '')
      const person = parameters.get('CN')
      const answer = parameters.get('PARTSTAT')?.toLowerCase().replaceAll('-', ' ')
      return (person === undefined ? address : `${person} <${address}>`) + (answer === undefined ? '' : `, ${answer}`)
    }
    case 'TEL':
    case 'IMPP':
    case 'EMAIL':
      return unescaped(value.replace(/^(?:tel|mailto|xmpp|sip):/i, ''))
    case 'ADR':
    case 'ORG':
      return value
        .split(/(?<!\\);/)
        .map(unescaped)
        .filter(part => part.trim() !== '')
        .join(', ')
    default:
      return unescaped(value)
  }
}

/** 20260102T030405Z as 2026-01-02 03:04 UTC; what has another form stays as it is. */
function dateText(value: string, zone: string | undefined): string {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z)?)?$/.exec(value)
  if (match === null) return value
  const [, year, month, day, hour, minute, utc] = match
  const time = hour === undefined ? '' : ` ${hour}:${minute}`
  const where = utc === 'Z' ? ' UTC' : hour === undefined || zone === undefined ? '' : ` (${zone})`
  return `${year}-${month}-${day}${time}${where}`
}

function unescaped(value: string): string {
  return value.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character))
}

/** contentline = [group "."] name *(";" param) ":" value, unfolded (RFC 5545 §3.1, RFC 6350 §3.3). */
function contentLines(text: string): readonly ContentLine[] {
  return text
    .replace(/(?:\r\n|\r|\n)[ \t]/g, '')
    .split(/\r\n|\r|\n/)
    .flatMap(line => {
      const colon = outsideQuotes(line, ':')
      if (colon === -1) return []
      const [name = '', ...parameters] = splitOutsideQuotes(line.slice(0, colon), ';')
      return [
        {
          name: name.replace(/^[^.]*\./, '').toUpperCase(),
          parameters: new Map(parameters.map(nameAndValue)),
          value: line.slice(colon + 1),
        },
      ]
    })
}

function nameAndValue(parameter: string): readonly [string, string] {
  const at = parameter.indexOf('=')
  // A word alone is a type, as vCard 2.1 had it.
  if (at === -1) return ['TYPE', parameter]
  return [parameter.slice(0, at).toUpperCase(), parameter.slice(at + 1).replace(/^"(.*)"$/, '$1')]
}

function outsideQuotes(text: string, wanted: string): number {
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted
    else if (text[at] === wanted && !isQuoted) return at
  }
  return -1
}

function splitOutsideQuotes(text: string, at: string): readonly string[] {
  const pieces: string[] = []
  let rest = text
  for (let next = outsideQuotes(rest, at); next !== -1; next = outsideQuotes(rest, at)) {
    pieces.push(rest.slice(0, next))
    rest = rest.slice(next + 1)
  }
  return [...pieces, rest]
}
