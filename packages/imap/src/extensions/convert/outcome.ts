/** What becomes of one group of items of a message: what was converted, or why nothing was. */
import { type ConvertedPart, ConvertProblem, type MediaType, type StoredConversions, typeName } from '@lemonade/convert'
import { findPart, isKnownEncoding, type Part, sectionRange } from '@lemonade/mime'
import { type Message, StoreError } from '@lemonade/store'
import { shownHeader } from '../../core/surrogate.ts'
import type { FetchMessage } from '../../extension.ts'
import type { Session } from '../../session.ts'
import { HeldConversions } from './held.ts'
import type { Refusal } from './refusal.ts'
import type { HeaderGroup, PartGroup, Request } from './request.ts'

export type Outcome =
  | { readonly group: PartGroup | HeaderGroup; readonly refusal: Refusal }
  | { readonly group: HeaderGroup; readonly octets: Uint8Array }
  /** `targets` are null where they were not asked for, `part` where nothing else was. */
  | { readonly group: PartGroup; readonly targets: readonly string[] | null; readonly part: ConvertedPart | null }

/** What all groups of a command have in common. */
export interface Circumstances {
  readonly session: Session
  readonly conversions: StoredConversions
  readonly request: Request
  readonly signal: AbortSignal
}

/** Rejects only with what ends the command: the client's going away, and our bugs. */
export async function outcomeOf(
  at: Circumstances,
  row: Message,
  structure: Part,
  group: PartGroup | HeaderGroup,
): Promise<Outcome> {
  try {
    return 'header' in group
      ? await convertedHeader(at, row, structure, group)
      : await convertedPart(at, row, structure, group)
  } catch (error) {
    if (error instanceof ConvertProblem) return { group, refusal: error }
    if (!(error instanceof StoreError)) throw error
    at.session.log.error({ err: error }, 'A part could not be read for its conversion')
    return { group, refusal: { message: 'The part cannot be read now', error: { code: 'TEMPFAIL', minutes: 1 } } }
  }
}

async function convertedPart(
  { session, conversions, request, signal }: Circumstances,
  { content }: Message,
  structure: Part,
  group: PartGroup,
): Promise<Outcome> {
  const { target, parameters } = request
  const body = bodyOf(structure, group.path)
  if (body === null) return { group, refusal: noPart(target) }
  const { source, encoding } = body
  if (!isKnownEncoding(encoding)) return { group, refusal: unknownEncoding(source, target, encoding) }
  const asksTargets = group.items.some(({ name }) => name === 'AVAILABLECONVERSIONS')
  const targets = asksTargets ? available(conversions, request, source) : null
  if (group.items.every(({ name }) => name === 'AVAILABLECONVERSIONS')) return { group, targets, part: null }
  const plan = conversions.converter.plan(source, target, parameters)
  const stored = { content, encoding, start: body.start, end: body.end }
  const convert = () => conversions.convert(stored, plan, { account: String(session.account), signal })
  return { group, targets, part: await HeldConversions.of(session).get(stored, plan, convert) }
}

interface Body {
  readonly source: MediaType
  readonly encoding: string
  readonly start: number
  readonly end: number
}

/** The octets of a part, or of the message as a whole; null where there is no such part. */
function bodyOf(structure: Part, path: readonly number[]): Body | null {
  if (path.length === 0) {
    const { headerStart: start, end } = structure
    return { source: { type: 'message', subtype: 'rfc822', parameters: [] }, encoding: 'binary', start, end }
  }
  const part = findPart(structure, path)
  if (part === null) return null
  const { type, subtype, params: parameters, bodyStart: start, end } = part
  // An encoding of what has parts of its own can only be an identity (RFC 2045 §6.4).
  const encoding = part.parts.length > 0 ? 'binary' : part.encoding
  return { source: { type, subtype, parameters }, encoding, start, end }
}

/**
 * What the part can be converted to, as it was asked (RFC 5259 §8.4). Throws ConvertProblem where a certain conversion was
 * asked for and is not possible, and where the parameters leave nothing of what there was.
 */
function available(
  { converter }: StoredConversions,
  { target, parameters }: Request,
  source: MediaType,
): readonly string[] {
  if (target !== null) return [converter.plan(source, target, parameters).to]
  const targets = converter.targets(source, parameters)
  if (targets.length === 0 && converter.targets(source, []).length > 0) converter.plan(source, null, parameters)
  return targets
}

/** BODY[…HEADER] and BODY[…MIME], in another charset (RFC 5259 §6). */
async function convertedHeader(
  { session, conversions, request, signal }: Circumstances,
  row: Message,
  structure: Part,
  group: HeaderGroup,
): Promise<Outcome> {
  const { path, text } = group.header
  const range = sectionRange(structure, path, text === 'MIME' ? 'MIME' : 'HEADER')
  if (range === null) return { group, refusal: noPart(null) }
  const message = { uid: row.uid, row, facts: { structure }, surrogates: [] } as unknown as FetchMessage
  const shown = await shownHeader(session, message, range)
  const header = shown ?? (await session.store.contents.readAll(row.content, range.start, range.end))
  const options = { account: String(session.account), signal }
  return { group, octets: await conversions.converter.convertHeader(header, request.parameters, options) }
}

function noPart(target: string | null): Refusal {
  return { message: 'There is no such part', error: { code: 'NOPART', to: target ?? 'application/octet-stream' } }
}

function unknownEncoding(source: MediaType, target: string | null, encoding: string): Refusal {
  const from = typeName(source)
  return {
    message: `Nobody here can decode ${encoding}`,
    error: { code: 'BADPARAMETERS', from, to: target ?? from, parameters: [] },
  }
}
