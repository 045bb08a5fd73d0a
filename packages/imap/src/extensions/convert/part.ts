/** A part of a stored message, found and converted. */
import { type ConvertedPart, type MediaType, type StoredConversions, typeName } from '@lemonade/convert'
import { findPart, isKnownEncoding, type Part } from '@lemonade/mime'
import type { ContentId } from '@lemonade/store'
import type { Session } from '../../session.ts'
import { HeldConversions } from './held.ts'
import { Refused } from './refusal.ts'
import type { Wanted } from './request.ts'

/** What all conversions of a command have in common. */
export interface Circumstances {
  readonly session: Session
  readonly conversions: StoredConversions
  readonly wanted: Wanted
  readonly signal: AbortSignal
}

/** The octets of a part, or of the message as a whole, and what they are. */
export interface Body {
  readonly content: ContentId
  readonly source: MediaType
  readonly encoding: string
  readonly start: number
  readonly end: number
}

/** Throws `Refused` where there is no such part, or nobody can decode it. */
export function bodyOf(content: ContentId, structure: Part, path: readonly number[], { target }: Wanted): Body {
  if (path.length === 0) {
    const { headerStart: start, end } = structure
    const source = { type: 'message', subtype: 'rfc822', parameters: [] }
    return { content, source, encoding: 'binary', start, end }
  }
  const part = findPart(structure, path)
  if (part === null) throw noPart(target)
  const { type, subtype, params: parameters, bodyStart: start, end } = part
  const source = { type, subtype, parameters }
  // An encoding of what has parts of its own can only be an identity (RFC 2045 §6.4).
  const encoding = part.parts.length > 0 ? 'binary' : part.encoding
  if (isKnownEncoding(encoding)) return { content, source, encoding, start, end }
  const from = typeName(source)
  throw new Refused({
    message: `Nobody here can decode ${encoding}`,
    error: { code: 'BADPARAMETERS', from, to: target ?? from, parameters: [] },
  })
}

/** The body converted, held by the session. Rejects with ConvertProblem and StoreError. */
export function convertBody(
  { session, conversions, wanted, signal }: Circumstances,
  { source, ...stored }: Body,
): Promise<ConvertedPart> {
  const plan = conversions.converter.plan(source, wanted.target, wanted.parameters)
  const convert = () => conversions.convert(stored, plan, { account: String(session.account), signal })
  return HeldConversions.of(session).get(stored, plan, convert)
}

/** BADPARAMETERS without a source type, for nothing is known of what is not there (RFC 5259 §9). */
export function noPart(target: string | null): Refused {
  return new Refused({
    message: 'There is no such part',
    error: { code: 'NOPART', to: target ?? 'application/octet-stream' },
  })
}
