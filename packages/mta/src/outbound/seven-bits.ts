/** A message as a server without 8BITMIME can have it (RFC 6152 §3). */
import { EightBitFinder, Recoder, withoutEightBits } from '@lemonade/mime'
import type { ContentId, Store } from '@lemonade/store'

/** Octets to be sent, as often as they are asked for. */
export interface Sendable {
  readonly octets: number
  read(): AsyncIterable<Uint8Array>
}

/**
 * The message from `start` on, with octets of eight bits only where quoted-printable or base64 hides them. Null where they
 * cannot be hidden: in header fields, or in parts that are signed or encrypted as they are.
 */
export async function inSevenBits(store: Store, content: ContentId, start: number): Promise<Sendable | null> {
  const { contents } = store
  const structure = await contents.structure(content)
  const finder = new EightBitFinder(structure)
  for await (const octets of contents.read(content)) finder.write(octets)
  const holders = finder.parts()
  const recodings = holders && withoutEightBits(structure, holders)
  if (recodings === null) return null
  const read = async function* () {
    const recoder = new Recoder(recodings)
    // What is left out stands at the very front, where nothing is changed.
    let left = start
    for await (const octets of contents.read(content)) {
      for (const piece of recoder.write(octets)) {
        const kept = piece.subarray(Math.min(left, piece.length))
        left -= piece.length - kept.length
        if (kept.length > 0) yield kept
      }
    }
  }
  // SIZE is said before the message (RFC 1870 §6), so it is made twice rather than held.
  let octets = 0
  for await (const piece of read()) octets += piece.length
  return { octets, read }
}
