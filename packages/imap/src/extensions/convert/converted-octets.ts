/** A converted part as it is sent: its octets, and its structure. */
import type { ConvertedPart } from '@lemonade/convert'
import { bodyStructure, type Part } from '@lemonade/mime'
import { smallOctets } from '../../core/body.ts'
import type { DecodedRange } from '../../core/decoded.ts'
import { Broken } from '../../problem.ts'
import type { Writer } from '../../wire/writer.ts'

/** nstring / literal8: the octets, or a range of them. Yields what `w` holds once that is much. */
export async function* writeConverted(
  w: Writer,
  part: ConvertedPart,
  range: DecodedRange | null,
): AsyncGenerator<Uint8Array, void, void> {
  const { start, end } = within(part, range)
  if (part.holdsNul) w.ascii('~')
  w.literalHeader(end - start)
  let sent = 0
  try {
    for await (const octets of part.read(start, end)) {
      sent += octets.length
      w.octets(octets)
      if (w.length >= smallOctets) yield w.take()
    }
  } catch (error) {
    throw new Broken('A converted part could not be read to its end', error)
  }
  if (sent !== end - start) throw new Broken('A converted part could not be read to its end', null)
}

/** The converted part alone: all that its structure tells is of what it is now (RFC 5259 §8.2). */
export function writeStructure(w: Writer, part: ConvertedPart, range: DecodedRange | null): void {
  const { type, subtype, parameters: params } = part.mediaType
  const { start, end } = within(part, range)
  const offsets = { headerStart: 0, bodyStart: 0, end: end - start, bodyLines: part.lines }
  const nothing = { id: null, description: null, md5: null, disposition: null, language: [], location: null, parts: [] }
  const structure: Part = { ...offsets, ...nothing, type, subtype, params, encoding: part.encoding }
  w.octets(bodyStructure(structure, { extensible: true }))
}

/** A range that begins or ends behind the end is cut short (RFC 3501 §6.4.5). */
function within({ octets }: ConvertedPart, range: DecodedRange | null): { start: number; end: number } {
  const start = Math.min(range?.offset ?? 0, octets)
  return { start, end: range?.octets == null ? octets : Math.min(start + range.octets, octets) }
}
