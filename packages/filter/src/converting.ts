/** Conversions that scripts ask for (RFC 6558). */
import { type Converter, ConvertProblem, type MediaType } from '@lemonade/convert'
import { isKnownEncoding, TransferDecoder } from '@lemonade/mime'
import type { Ask, ConversionResult } from 'sieve.js'
import type { Subject } from './answer.ts'

/** What the part becomes; null where that is not possible, or not now. */
export async function converted(
  { from, encoding, pieces, to, parameters }: Extract<Ask, { ask: 'conversion' }>,
  { account, content }: Subject,
  converter: Pick<Converter, 'plan' | 'convert'>,
): Promise<ConversionResult | null> {
  if (!isKnownEncoding(encoding)) return null
  async function* source(): AsyncGenerator<Uint8Array> {
    const decoder = new TransferDecoder(encoding)
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) yield decoder.write(piece)
      else for await (const octets of content.read(piece.start, piece.end)) yield decoder.write(octets)
    }
    yield decoder.end()
  }
  try {
    const plan = converter.plan(from, to, parameters)
    const { mediaType, octets } = await converter.convert(plan, source, { account: String(account) })
    return { contentType: fieldValue(mediaType), octets }
  } catch (error) {
    if (error instanceof ConvertProblem) return null
    throw error
  }
}

/** A Content-Type field's value (RFC 2045 §5.1). What is not US-ASCII is left out: a result's parameters are its charset and the like. */
function fieldValue({ type, subtype, parameters }: MediaType): string {
  const plain = parameters.filter(([name, value]) => /^[\w.-]+$/.test(name) && /^[ -~]*$/.test(value))
  const text = plain.map(([name, value]) => `; ${name}="${value.replace(/["\\]/g, '\\$&')}"`).join('')
  return `${type}/${subtype}${text}`
}
