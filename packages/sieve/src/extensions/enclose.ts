/** enclose (RFC 5703 §6): the message becomes an attachment of a new one, octet for octet. */
import { headerFields, type Part } from '@lemonade/mime'
import type { Arguments } from '../arguments.ts'
import { entityOctets, textEntity } from '../entity.ts'
import { extension } from '../extension.ts'
import { fieldOf, isFieldName } from '../header-edit.ts'
import type { Machine } from '../machine.ts'
import { string, strings } from '../signature.ts'
import { dateTimeOf } from './date.ts'
import { noteEnclosed } from './foreverypart.ts'

/** The enclosed message in the new one: of its second part, what that encapsulates. */
const place = [1, 0]

/** Each makes the message two parts deeper. */
const memory = { initial: () => ({ count: 0 }) }

function judgeName(name: string): string | null {
  return isFieldName(name) ? null : 'This is no name of a header field.'
}

function enclose(given: Arguments, machine: Machine): void {
  const { edition, limits } = machine
  const enclosures = machine.state(memory)
  if (++enclosures.count > limits.enclosures) {
    machine.fail(`The script encloses its message more than ${limits.enclosures} times.`)
  }
  machine.chargeCharacters(8 * edition.header.length)
  const boundary = `enclosed-${machine.site.unique()}`
  const encoding = encodingOf(machine.message.structure)
  const text = entityOctets(textEntity(given.text('text')))
  const frame = Buffer.concat([
    ...headerFor(given, machine),
    Buffer.from(
      `MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary="${boundary}"\r\n` +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n--${boundary}\r\n`,
    ),
    text,
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n` +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n\r\n--${boundary}--\r\n`,
    ),
  ])
  machine.edit(edition.enclosedIn(frame, place), frame.length, false)
  noteEnclosed(machine, place)
}

/** What the least transparent of its parts needs (RFC 2045 §6.4). */
function encodingOf(structure: Part | null): string {
  const all = structure === null ? [] : encodings(structure)
  return all.includes('binary') ? 'binary' : all.includes('8bit') ? '8bit' : '7bit'
}

function encodings(part: Part): readonly string[] {
  return [part.encoding, ...part.parts.flatMap(encodings)]
}

/** The fields of the new message: those that are copied, and the ones that it must have. */
function headerFor(given: Arguments, machine: Machine): readonly Uint8Array[] {
  const { header } = machine.edition
  const names = given.has('headers') ? given.texts('headers').map(name => name.toLowerCase()) : []
  const wanted = new Set(names.filter(name => !isOfTheFrame(name)))
  const subject = given.has('subject') ? given.text('subject') : null
  if (subject !== null) wanted.delete('subject')
  else wanted.add('subject')
  const copied = headerFields(header).filter(({ nameLower }) => wanted.has(nameLower.trimEnd()))
  const has = (name: string) => copied.some(({ nameLower }) => nameLower.trimEnd() === name)
  const { now, zoneMinutesAt, unique } = machine.site
  const domain = machine.envelope.to.slice(machine.envelope.to.lastIndexOf('@') + 1) || 'localhost'
  const made: (Uint8Array | null)[] = []
  if (subject !== null) made.push(fieldOf('Subject', subject))
  if (!has('date')) made.push(fieldOf('Date', dateTimeOf(now, zoneMinutesAt(now))))
  if (!has('from')) made.push(Buffer.from(`From: <${machine.envelope.to}>\r\n`))
  if (!has('message-id')) made.push(Buffer.from(`Message-ID: <${unique()}@${domain}>\r\n`))
  const fields = made.map(
    field => field ?? machine.fail('":subject" must not hold control characters or invalid UTF-8.'),
  )
  return [...copied.map(({ start, end }) => closedField(header.subarray(start, end))), ...fields]
}

/** Fields about the structure are the new message's own. */
function isOfTheFrame(name: string): boolean {
  return name.startsWith('content-') || name === 'mime-version'
}

function closedField(field: Uint8Array): Uint8Array {
  return field.at(-1) === 10 ? field : Buffer.concat([field, Buffer.from('\r\n')])
}

export const encloseExtension = extension({
  capabilities: ['enclose'],
  rfc: 5703,
  commands: {
    enclose: {
      tags: [
        { tag: 'subject', argument: string('subject') },
        { tag: 'headers', argument: strings('headers', { check: judgeName }) },
      ],
      positionals: [string('text')],
      run: enclose,
    },
  },
})
