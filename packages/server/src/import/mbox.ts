/**
 * mbox (RFC 4155, and what is found in the wild): messages one after another, each behind a From_ line.
 *
 * The From_ line comes first in the file or behind an empty line, and has a time in it. A line of a message that begins
 * with any number of ">" and "From " has lost or gained one ">" on its way into the file, and gets that back.
 */
import { createReadStream } from 'node:fs'
import { headerText, type ImportedMessage, type ImportOptions, receivedAt, withCrlf } from './message.ts'

const lineFeed = 10
const fromSpace = Buffer.from('From ')
const quoted = /^>+From /

/** `From address asctime`: a word or none, then a time of day and a year somewhere behind it. */
const fromLine = /^From (?:.* )?\d{1,2}:\d{2}(?::\d{2})?\b.*\b\d{4}\b/

/** True where a file's first octets are a From_ line. */
export function isMbox(start: Uint8Array): boolean {
  const end = start.indexOf(lineFeed)
  return fromLine.test(Buffer.from(start.subarray(0, end === -1 ? start.length : end)).toString('latin1'))
}

/** Every message of the file, in order; holds one at a time. */
export async function* readMbox(
  file: string,
  modifiedAt: number,
  options: ImportOptions,
): AsyncGenerator<ImportedMessage> {
  let envelope: string | null = null
  let lines: Uint8Array[] = []
  let octets = 0
  let serial = 0
  const finish = (): ImportedMessage | null => {
    if (envelope === null) return null
    serial++
    if (octets > options.messageOctets) {
      options.skip(`${file}, message ${serial}`, `larger than ${options.messageOctets} octets`)
      return null
    }
    return messageOf(envelope, lines, modifiedAt)
  }
  let afterEmpty = true
  for await (const line of linesOf(file)) {
    options.advance(line.length)
    const from: string = afterEmpty && startsWith(line, fromSpace) ? Buffer.from(line).toString('latin1').trimEnd() : ''
    if (fromLine.test(from)) {
      const message = finish()
      if (message !== null) yield message
      ;[envelope, lines, octets, afterEmpty] = [from, [], 0, false]
      continue
    }
    afterEmpty = line.length <= 2 && (line[0] === lineFeed || line[1] === lineFeed)
    octets += line.length
    // Past the limit only the length is still of interest.
    if (octets <= options.messageOctets) lines.push(unquoted(line))
  }
  const message = finish()
  if (message !== null) yield message
}

function messageOf(envelope: string, lines: readonly Uint8Array[], modifiedAt: number): ImportedMessage {
  // The last empty line belongs to the next From_ line.
  const last = lines.at(-1)
  const own =
    last !== undefined && last.length <= 2 && last.at(-1) === lineFeed && lines.length > 1 ? lines.slice(0, -1) : lines
  const octets = withCrlf(Buffer.concat(own))
  const internalDate = dateOfFromLine(envelope) ?? receivedAt(octets) ?? modifiedAt
  return { octets, flags: statusFlags(octets), internalDate }
}

/** Status and X-Status, in which mail programs that live on mbox keep flags. */
function statusFlags(octets: Uint8Array): readonly string[] {
  const meaning: readonly [field: string, letter: string, flag: string][] = [
    ['status', 'R', '\\Seen'],
    ['x-status', 'A', '\\Answered'],
    ['x-status', 'F', '\\Flagged'],
    ['x-status', 'T', '\\Draft'],
    ['x-status', 'D', '\\Deleted'],
  ]
  return meaning.filter(([field, letter]) => headerText(octets, field).includes(letter)).map(([, , flag]) => flag)
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const asctime =
  /([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s+([-+]\d{4}))?[^\d]*\s(\d{4})(?:\s+([-+]\d{4}))?/i

/** The delivery time, in UTC (RFC 4155, Appendix A) unless a zone stands beside it; null where it is none. */
export function dateOfFromLine(line: string): number | null {
  const found = asctime.exec(line)
  if (found === null) return null
  const [, month = '', day, hour, minute, second = '0', zoneBefore, year, zoneAfter] = found
  const at = months.indexOf(month.toLowerCase())
  if (at === -1) return null
  const utc = Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second))
  const zone = Number(zoneBefore ?? zoneAfter ?? 0)
  const minutes = Math.sign(zone) * (Math.floor(Math.abs(zone) / 100) * 60 + (Math.abs(zone) % 100))
  return utc - minutes * 60_000
}

function startsWith(octets: Uint8Array, prefix: Uint8Array): boolean {
  return octets.length >= prefix.length && prefix.every((octet, at) => octets[at] === octet)
}

function unquoted(line: Uint8Array): Uint8Array {
  const isQuote = line[0] === 0x3e && quoted.test(Buffer.from(line.subarray(0, 80)).toString('latin1'))
  return isQuote ? line.subarray(1) : line
}

/** Lines with their ends. A line of more than a chunk comes in pieces that only the last of ends. */
async function* linesOf(file: string): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const octets = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = octets.indexOf(lineFeed); end !== -1; end = octets.indexOf(lineFeed, start)) {
      yield octets.subarray(start, end + 1)
      start = end + 1
    }
    rest = octets.subarray(start)
    if (rest.length > 1 << 20) {
      yield rest
      rest = Buffer.alloc(0)
    }
  }
  if (rest.length > 0) yield rest
}
