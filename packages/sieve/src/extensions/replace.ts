/** replace (RFC 5703 §5): text, or a whole MIME entity, in place of a part or of the message. */
import { headerFields, isEncapsulatedMessage, parseAddressList, parseMessage } from '@lemonade/mime'
import { sieveAddressOf } from '../address.ts'
import type { Arguments } from '../arguments.ts'
import { entityOctets, mailboxText, textEntity } from '../entity.ts'
import { type Asking, extension } from '../extension.ts'
import { fieldOf, withField, withFields } from '../header-edit.ts'
import type { Machine } from '../machine.ts'
import { string } from '../signature.ts'
import { toOctets } from '../text.ts'
import { currentPath, noteReplaced } from './foreverypart.ts'

/** Null, or a sentence about what is no mailbox-list (RFC 5322 §3.4). */
function judgeMailboxes(text: string): string | null {
  return mailboxes(text) === null ? 'This is no list of addresses, such as "Ned <ned@example.org>".' : null
}

/** The mailboxes of a list, each as a From field has it; null where it is none. */
function mailboxes(text: string): readonly string[] | null {
  const entries = parseAddressList(text)
  if (entries.length === 0 || !text.isWellFormed()) return null
  const found: string[] = []
  for (const entry of entries) {
    if ('members' in entry) return null
    const address = sieveAddressOf(`${entry.mailbox}@${entry.host}`)
    if (address === null) return null
    found.push(mailboxText({ name: entry.name, address }))
  }
  // What the reader of lists has skipped was no part of one.
  return found.length === commas(text) + 1 ? found : null
}

/** Commas outside of quoted strings and comments. */
function commas(text: string): number {
  return text.replace(/"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)/gs, '').split(',').length - 1
}

function* replace(given: Arguments, machine: Machine): Asking<void> {
  const path = currentPath(machine)
  const { edition } = machine
  const replacement = given.text('replacement')
  machine.chargeCharacters(replacement.length + 8 * edition.header.length)
  const entity = given.has('mime')
    ? Buffer.from(toOctets(replacement), 'latin1')
    : entityOctets(textEntity(replacement))
  const parent = path.length === 0 ? null : edition.part(path.slice(0, -1))
  const part = edition.part(path)
  let octets = entity
  if (path.length === 0) octets = messageWith(entity, edition.header, given, machine)
  else if (part !== null && parent !== null && isEncapsulatedMessage(parent)) {
    octets = messageWith(entity, yield* machine.octets(part.headerStart, part.bodyStart), null, machine)
  }
  for (let depth = 0; depth < path.length; depth++) {
    const boundary = edition.part(path.slice(0, depth))?.params.find(([name]) => name === 'boundary')?.[1]
    if (boundary !== undefined && hasDelimiter(octets, boundary)) {
      machine.fail('The replacement has a line in it that would end the part in which it stands.')
    }
  }
  machine.edit(edition.withPart(path, octets), entity.length)
  noteReplaced(machine, path)
}

function hasDelimiter(octets: Uint8Array, boundary: string): boolean {
  return `\n${Buffer.from(octets).toString('latin1')}`.includes(`\n--${Buffer.from(boundary).toString('latin1')}`)
}

/** A whole message: the fields of a header that do not speak of its old content, then an entity. */
function messageWith(entity: Uint8Array, header: Uint8Array, given: Arguments | null, machine: Machine): Uint8Array {
  const { bodyStart } = parseMessage(entity)
  let next = withFields(header, ({ nameLower }) => (isMime(nameLower) ? null : undefined))
  if (given?.has('subject')) next = exchanged(next, 'Subject', fieldOf('Subject', given.text('subject')), machine)
  if (given?.has('from')) {
    const from = mailboxes(given.text('from')) ?? machine.fail('The addresses of ":from" are none.')
    next = exchanged(next, 'From', Buffer.from(`From: ${from.join(',\r\n ')}\r\n`), machine)
  }
  const own = headerFields(entity.subarray(0, bodyStart)).filter(({ nameLower }) => nameLower.startsWith('content-'))
  const fields = [Buffer.from('MIME-Version: 1.0\r\n'), ...own.map(({ start, end }) => entity.subarray(start, end))]
  for (const field of fields) next = withField(next, field, true)
  return Buffer.concat([next, entity.subarray(bodyStart)])
}

function isMime(nameLower: string): boolean {
  return nameLower.startsWith('content-') || nameLower.trimEnd() === 'mime-version'
}

/** A header with a new field of a name; the old one is kept under another. */
function exchanged(header: Uint8Array, name: string, field: Uint8Array | null, machine: Machine): Uint8Array {
  if (field === null) machine.fail(`The value of "${name}" must not hold control characters or invalid UTF-8.`)
  let isIn = false
  const next = withFields(header, old => {
    if (old.nameLower.trimEnd() !== name.toLowerCase()) return undefined
    const value = Buffer.from(header.subarray(old.valueStart, old.end))
    const original = Buffer.concat([Buffer.from(`Original-${name}:`), value])
    const both = isIn ? original : Buffer.concat([original, field])
    isIn = true
    return both
  })
  return isIn ? next : withField(next, field, true)
}

export const replaceExtension = extension({
  capabilities: ['replace'],
  rfc: 5703,
  commands: {
    replace: {
      tags: [
        { tag: 'mime' },
        { tag: 'subject', argument: string('subject') },
        { tag: 'from', argument: string('from', { check: judgeMailboxes }) },
      ],
      positionals: [string('replacement')],
      check: given =>
        given['mime'] !== undefined && (given['subject'] ?? given['from']) !== undefined
          ? '":mime" brings its own header: ":subject" and ":from" do not go with it.'
          : null,
      run: replace,
    },
  },
})
