/** The priority of a message in its header, for servers that do not take it with MAIL (RFC 6758 §3.3). */
import { headerFields } from '@lemonade/mime'
import type { Sendable } from './seven-bits.ts'

/**
 * The message with one MT-Priority field, or with none where nobody has said how urgent it is. `header` is that of the
 * message as it is in the queue.
 */
export async function withPriorityField(
  message: Sendable,
  header: Uint8Array,
  priority: number | undefined,
): Promise<Sendable> {
  const isThere = headerFields(header).some(({ nameLower }) => nameLower === 'mt-priority')
  if (priority === undefined && !isThere) return message
  const old = await beginning(message, header.length)
  const pieces: Uint8Array[] = [Buffer.from(`MT-Priority: ${priority ?? 0}\r\n`)]
  let from = 0
  for (const field of headerFields(old)) {
    if (field.nameLower !== 'mt-priority') continue
    pieces.push(old.subarray(from, field.start))
    from = field.end
  }
  pieces.push(old.subarray(from))
  const own = Buffer.concat(pieces)
  return {
    octets: message.octets - old.length + own.length,
    read: async function* () {
      yield own
      let left = old.length
      for await (const octets of message.read()) {
        const kept = octets.subarray(Math.min(left, octets.length))
        left -= octets.length - kept.length
        if (kept.length > 0) yield kept
      }
    },
  }
}

/** A header that says another encoding than before is longer by no more than this. */
const longerOctets = 200

/** Its header, and what happens to come with it. */
async function beginning(message: Sendable, headerOctets: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let octets = 0
  for await (const piece of message.read()) {
    pieces.push(piece)
    octets += piece.length
    if (octets >= headerOctets + longerOctets) break
  }
  return Buffer.concat(pieces)
}
