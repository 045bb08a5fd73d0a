/** A message as a server can have it that does not take octets of any value (RFC 3030 §3), or of eight bits (RFC 6152 §3). */
import { EightBitFinder, NulFinder, Recoder, type Recoding, withoutBinary, withoutEightBits } from '@lemonade/mime'
import type { ContentId, Store } from '@lemonade/store'

/** Octets to be sent, as often as they are asked for. */
export interface Sendable {
  readonly octets: number
  read(): AsyncIterable<Uint8Array>
}

/**
 * The binary message from `start` on as one of eight bits: base64 keeps each bit of its parts. Null where something must
 * stay as it is that cannot be sent.
 */
export async function inEightBits(store: Store, content: ContentId, start: number): Promise<Sendable | null> {
  const { structure, holders } = await partsWith(NulFinder, store, content)
  return holders && recoded(store, content, start, withoutBinary(structure, holders))
}

/**
 * The message from `start` on, with octets of eight bits only where quoted-printable or base64 hides them; those of a
 * binary one, with base64. Null where they cannot be hidden: in header fields, or in parts that are signed or encrypted
 * as they are.
 */
export async function inSevenBits(
  store: Store,
  content: ContentId,
  start: number,
  isBinary = false,
): Promise<Sendable | null> {
  const { structure, holders } = await partsWith(EightBitFinder, store, content)
  const nuls = isBinary ? (await partsWith(NulFinder, store, content)).holders : []
  if (holders === null || nuls === null) return null
  const binary = isBinary ? withoutBinary(structure, nuls).filter(({ to }) => to === 'base64') : []
  const opaque = new Set(binary.map(({ part }) => part))
  const recodings = withoutEightBits(structure, [...new Set([...holders, ...opaque])])
  const final = recodings?.map(each => (opaque.has(each.part) ? { ...each, to: 'base64' as const } : each))
  return final === undefined ? null : recoded(store, content, start, final)
}

async function partsWith(Finder: typeof NulFinder | typeof EightBitFinder, { contents }: Store, content: ContentId) {
  const structure = await contents.structure(content)
  const finder = new Finder(structure)
  for await (const octets of contents.read(content)) finder.write(octets)
  return { structure, holders: finder.parts() }
}

async function recoded(
  { contents }: Store,
  content: ContentId,
  start: number,
  recodings: readonly Recoding[],
): Promise<Sendable> {
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
