/** What a submission server mends in a header (RFC 6409 §8). */
import { dateTime, Refusal, reply } from '@lemonade/esmtp'
import { type Address, decodedText, type Group, headerEnd, headerFields, parseAddressList } from '@lemonade/mime'

export interface HeaderFacts {
  /** Of the account that submits. */
  readonly account: string
  readonly hostname: string
  readonly at: number
  readonly uniqueId: string
  /** True for addresses that the account may use. */
  readonly owns: (address: string) => Promise<boolean>
}

/**
 * Fields that are not sent on. Bcc: a client that leaves it in would tell everybody what it is there to hide
 * (RFC 5322 §3.6.3 has the sender's system take it out). Return-Path is final delivery's (RFC 5321 §4.4). Results of this
 * server's filters are its own to write. MT-Priority is written where the next server needs it (RFC 6758 §3.3).
 */
const dropped: ReadonlySet<string> = new Set([
  ...['bcc', 'resent-bcc', 'return-path', 'mt-priority'],
  ...['x-lemonade-spam', 'x-lemonade-virus', 'x-lemonade-listed'],
])

const malformed = reply(554, '5.6.0', 'A line of the header is no header field')

/**
 * The header with Date and Message-ID where they were missing (RFC 6409 §8.2, §8.3), From where there was none, and a
 * Sender that tells who submitted it where From does not (RFC 6409 §8.1). What was there stays octet for octet.
 * `header` ends with its blank line, if it has one. Throws Refusal where a line of it is no field: readers would disagree
 * on where the text begins, and on what is hidden.
 */
export async function mendHeader(header: Uint8Array, facts: HeaderFacts): Promise<Uint8Array> {
  const fields = headerFields(header)
  if (fields.length > 0 && headerEnd(header) < header.length) throw new Refusal(malformed)
  const has = (name: string) => fields.some(({ nameLower }) => nameLower === name)
  const text = (name: string) =>
    fields.filter(({ nameLower }) => nameLower === name).map(field => decodedText(header, field))
  const added: string[] = []
  if (!has('date')) added.push(`Date: ${dateTime(facts.at)}`)
  if (!has('message-id')) added.push(`Message-ID: <${facts.uniqueId}@${facts.hostname}>`)
  const remove = new Set(dropped)
  if (!has('from')) {
    added.push(`From: <${facts.account}>`)
  } else if (!(await ownsAny(text('from'), facts)) && !(await ownsAny(text('sender'), facts))) {
    remove.add('sender')
    added.push(`Sender: <${facts.account}>`)
  }
  const pieces: Uint8Array[] = [Buffer.from(added.map(field => `${field}\r\n`).join(''))]
  // What some programs put before the first field: an mbox "From " line.
  let from = fields[0]?.start ?? 0
  for (const field of fields) {
    if (!remove.has(field.nameLower)) continue
    pieces.push(header.subarray(from, field.start))
    from = field.end
  }
  // A message without any header begins with its text, which must not look like a field of ours.
  if (fields.length === 0 && header.length > 0 && header[0] !== 0x0d) pieces.push(Buffer.from('\r\n'))
  pieces.push(header.subarray(from))
  return Buffer.concat(pieces)
}

async function ownsAny(values: readonly string[], { owns }: HeaderFacts): Promise<boolean> {
  for (const value of values) {
    for (const { mailbox, host } of parseAddressList(value).flatMap(mailboxes)) {
      if (await owns(`${mailbox}@${host}`)) return true
    }
  }
  return false
}

function mailboxes(entry: Address | Group): readonly Address[] {
  return 'members' in entry ? entry.members : [entry]
}
