/** What a submission server mends in a header (RFC 6409 §8). */
import { dateTime, Refusal, reply } from '@lemonade/esmtp'
import { type Address, type Group, headerEnd, headerFields, parseAddressList, unfoldedText } from '@lemonade/mime'
import { asciiHeader } from './eight-bit.ts'
import type { SenderRight } from './sender.ts'

export interface HeaderFacts {
  /** Of the account that submits. */
  readonly account: string
  readonly hostname: string
  readonly at: number
  readonly uniqueId: string
  /** The message may have UTF-8 in its header (RFC 6531 §3.6). */
  readonly utf8: boolean
  /** By what right the account sends as an address. */
  readonly right: (address: string) => Promise<SenderRight>
  /** True for addresses of this server, whoever's. */
  readonly isOurs: (address: string) => Promise<boolean>
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

/** Addresses in From and Sender: each is looked up. */
const mostAuthors = 100
const tooManyAuthors = reply(550, '5.6.0', 'Too many addresses in From')
const notYourFrom = reply(550, '5.7.1', 'The address in From is not one of yours')

/**
 * The header with Date and Message-ID where they were missing (RFC 6409 §8.2, §8.3), From where there was none, and a
 * Sender that tells who submitted it where From does not (RFC 6409 §8.1). What was there stays octet for octet, but for
 * carriage returns that end no line, and for octets beyond US-ASCII where SMTPUTF8 does not allow them. `header` ends with
 * its blank line, if it has one. Throws Refusal where a line of it is no field: readers would disagree on where the text
 * begins, and on what is hidden; and where From is nobody's whom the account may send as.
 */
export async function mendHeader(came: Uint8Array, facts: HeaderFacts): Promise<Uint8Array> {
  const header = withoutBareReturns(came)
  const fields = headerFields(header)
  if (fields.length > 0 && headerEnd(header) < header.length) throw new Refusal(malformed)
  const has = (name: string) => fields.some(({ nameLower }) => nameLower === name)
  // As it stands: an encoded word is no address, whatever it says (RFC 2047 §5).
  const texts = (name: string) =>
    fields.filter(({ nameLower }) => nameLower === name).map(field => unfoldedText(header, field))
  const addresses = (name: string) =>
    texts(name)
      .flatMap(text => parseAddressList(text))
      .flatMap(mailboxes)
      .map(({ mailbox, host }) => `${mailbox}@${host}`)
  const added: string[] = []
  if (!has('date')) added.push(`Date: ${dateTime(facts.at)}`)
  if (!has('message-id')) added.push(`Message-ID: <${facts.uniqueId}@${facts.hostname}>`)
  const remove = new Set(dropped)
  if (!has('from')) added.push(`From: <${facts.account}>`)
  const authors = has('from') ? addresses('from') : [facts.account]
  const others = texts('from').flatMap(looseAddresses)
  if (authors.length + others.length + addresses('sender').length > mostAuthors) throw new Refusal(tooManyAuthors)
  const rights = await Promise.all(authors.map(facts.right))
  if (!rights.includes(null) && !(await Promise.all(others.map(facts.right))).includes(null)) {
    // RFC 5322 §3.6.2: who sends for somebody else, or for several, says so.
    const isTold = authors.length === 1 && rights[0] !== 'on-behalf'
    const tellers = await Promise.all(addresses('sender').map(facts.right))
    const isTrue = tellers.length === 1 && tellers.every(right => right === 'own' || right === 'as')
    if (!isTrue) remove.add('sender')
    if (!isTrue && !isTold) added.push(`Sender: <${facts.account}>`)
  } else if (!(await isResent(authors, addresses('resent-from'), facts))) throw new Refusal(notYourFrom)
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
  const mended = Buffer.concat(pieces)
  return facts.utf8 ? mended : asciiHeader(mended)
}

/**
 * A message of somebody elsewhere that the account puts back into the mail as it is, and says so (RFC 5322 §3.6.6). Nobody
 * here can be taken for another in this way.
 */
async function isResent(
  authors: readonly string[],
  resenders: readonly string[],
  { right, isOurs }: HeaderFacts,
): Promise<boolean> {
  if (resenders.length === 0 || resenders.length > mostAuthors) return false
  for (const address of resenders) if ((await right(address)) === null) return false
  for (const author of authors) if ((await isOurs(author)) && (await right(author)) === null) return false
  return true
}

/**
 * Whatever else could be taken for an address by readers that read a malformed field in another way, such as the second of
 * `<a@x> <b@y>`: all that is not in quotes, in a comment or in an encoded word.
 */
function looseAddresses(text: string): readonly string[] {
  // What has no end is no quotation: it stays.
  const bare = text.replace(quotation, found => (isWhole(found) ? ' ' : found))
  return bare.split(/[\s<>,;:()"]+/).filter(word => /[^@]@[^@]/.test(word))
}

const isWhole = (found: string) => found.length > 1 && /(?:"|\)|\?=)$/.test(found)

/** Its end is optional, so that no text is looked at twice. */
const quotation = /"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)?|=\?[^?\s]+\?[bq]\?[^?\s]*\?=/gis

/** A carriage return alone ends no line (RFC 5322 §2.2), but some readers take it for an end. */
function withoutBareReturns(header: Uint8Array): Uint8Array {
  const isBare = (octet: number, at: number) => octet === 0x0d && header[at + 1] !== 0x0a
  return header.some(isBare) ? header.map((octet, at) => (isBare(octet, at) ? 0x20 : octet)) : header
}

function mailboxes(entry: Address | Group): readonly Address[] {
  return 'members' in entry ? entry.members : [entry]
}
