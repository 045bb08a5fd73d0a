/** How a message that scripts refuse is refused: by a reply where RFC 5429 lets it be one, else by a message. */
import { isAscii, type Protocol, printable, type Reply, reply } from '@lemonade/esmtp'
import { headerFields, unfoldedText } from '@lemonade/mime'
import type { Destination } from './deposit.ts'

/** One script's refusal. */
export interface FilterRefusal {
  readonly destination: Destination
  readonly how: 'reject' | 'ereject'
  readonly reason: string
}

/** What scripts wanted of a message, as far as refusing goes. */
export interface Wishes {
  readonly refusals: readonly FilterRefusal[]
  /** Destinations of which somebody takes the message, or drops it without a word. */
  readonly kept: ReadonlySet<Destination>
}

export interface Verdicts {
  /** For each destination, in order: the reply that refuses the message for it, or null. */
  readonly replies: readonly (Reply | null)[]
  readonly byMessage: readonly FilterRefusal[]
}

/** Lines of a reply, and octets of each: with its codes a line has at most 512 (RFC 5321 §4.5.3.1.5). */
export const replyLimits = { lines: 40, lineOctets: 480 }
/** Octets of a line in a message (RFC 5322 §2.1.1). */
const textLineOctets = 900

const reasonless = "Refused by the recipient's mail filter"

/**
 * Says who is refused how. LMTP refuses for each recipient. SMTP has one reply for all, so it refuses where every
 * recipient does, and takes the message otherwise (RFC 5429 §2.1.2, §2.2); so does `local`, which has no reply.
 */
export function judge(
  { refusals, kept }: Wishes,
  destinations: readonly Destination[],
  protocol: Protocol | 'local',
): Verdicts {
  const replies = destinations.map(destination => {
    const own = refusals.filter(refusal => refusal.destination === destination)
    return kept.has(destination) || own.length === 0 ? null : replyFor(own)
  })
  const possible = protocol === 'LMTP' || (protocol === 'SMTP' && !replies.includes(null))
  if (!possible) return { replies: destinations.map(() => null), byMessage: refusals }
  if (protocol === 'SMTP') {
    const all = replyFor(refusals)
    return all === null
      ? { replies: destinations.map(() => null), byMessage: refusals }
      : { replies: destinations.map(() => all), byMessage: [] }
  }
  const byMessage = refusals.filter(({ destination }) => replies[destinations.indexOf(destination)] === null)
  return { replies, byMessage }
}

/** The reply that tells these reasons, each once; null where one of them must go by message. */
function replyFor(refusals: readonly FilterRefusal[]): Reply | null {
  const lines: string[] = []
  for (const reason of new Set(refusals.map(replyReason))) {
    if (reason === null) return null
    lines.push(...wrapped(reason, replyLimits.lineOctets))
  }
  if (lines.length > replyLimits.lines && refusals.some(({ how }) => how === 'reject')) return null
  return reply(550, '5.7.1', ...lines.slice(0, replyLimits.lines))
}

/**
 * The reason as a reply can have it. Replies are US-ASCII even where SMTPUTF8 was used (RFC 6531 §3.7.4): `ereject`
 * then has another text and `reject` no reply, since it favours its own words (RFC 5429 §2.1.1, §2.2).
 */
function replyReason({ how, reason }: FilterRefusal): string | null {
  if (isAscii(reason)) return reason
  return how === 'reject' ? null : reasonless
}

/**
 * Why the sender must not be told by message; null where nothing forbids it. Nobody answers the null reverse-path
 * (RFC 3464 §2, RFC 8098 §3); who asked for no notification of a failure gets none (RFC 3461 §4.1); and a disposition
 * notification is an automatic response, which answers no other (RFC 3834 §2).
 */
export function whyUntold({ how, destination }: FilterRefusal, reversePath: string, header: Uint8Array): string | null {
  if (reversePath === '') return 'null reverse-path'
  const { notify } = destination.parameters
  if (how === 'ereject') return notify === undefined || notify.includes('FAILURE') ? null : 'NOTIFY'
  return isAutomatic(header) ? 'Auto-Submitted' : null
}

/** Auto-Submitted with another keyword than "no" (RFC 3834 §5). */
function isAutomatic(header: Uint8Array): boolean {
  return headerFields(header)
    .filter(({ nameLower }) => nameLower === 'auto-submitted')
    .some(field => !/^\s*no\s*(?:;|\(|$)/i.test(unfoldedText(header, field)))
}

/** The reason for a message to people. */
export function reasonLines(reason: string): readonly string[] {
  return wrapped(reason, textLineOctets)
}

/** Lines without control characters and without empty ones around them, none longer than so many octets. */
function wrapped(text: string, octets: number): readonly string[] {
  const lines = text
    .replaceAll('\t', ' ')
    .split(/\r\n|\r|\n/)
    .map(line => printable(line).trimEnd())
  const first = lines.findIndex(line => line !== '')
  if (first === -1) return [reasonless]
  const last = lines.findLastIndex(line => line !== '')
  return lines.slice(first, last + 1).flatMap(line => folded(line, octets))
}

/** Breaks a line at spaces, or inside a word that is too long by itself. */
function folded(line: string, octets: number): string[] {
  const lines: string[] = []
  let rest = line
  while (Buffer.byteLength(rest) > octets) {
    const head = new TextDecoder().decode(Buffer.from(rest).subarray(0, octets), { stream: true })
    const space = head.lastIndexOf(' ')
    lines.push(space > 0 ? head.slice(0, space) : head)
    rest = space > 0 ? rest.slice(space + 1) : rest.slice(head.length)
  }
  return [...lines, rest]
}
