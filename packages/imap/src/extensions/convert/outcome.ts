/** What becomes of one group of items of a message: what was converted, or why nothing was. */
import type { ConvertedPart, MediaType } from '@lemonade/convert'
import { type Part, sectionRange } from '@lemonade/mime'
import type { Message } from '@lemonade/store'
import { shownHeader } from '../../core/surrogate.ts'
import type { FetchMessage } from '../../extension.ts'
import { bodyOf, type Circumstances, convertBody, noPart } from './part.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import type { HeaderGroup, PartGroup } from './request.ts'

export type Outcome =
  | { readonly group: PartGroup | HeaderGroup; readonly refusal: Refusal }
  | { readonly group: HeaderGroup; readonly octets: Uint8Array }
  /** `targets` are null where they were not asked for, `part` where nothing else was. */
  | { readonly group: PartGroup; readonly targets: readonly string[] | null; readonly part: ConvertedPart | null }

/** Rejects only with what ends the command: the client's going away, and our bugs. */
export async function outcomeOf(
  at: Circumstances,
  row: Message,
  structure: Part,
  group: PartGroup | HeaderGroup,
): Promise<Outcome> {
  try {
    return 'header' in group
      ? { group, octets: await convertedHeader(at, row, structure, group) }
      : await ofPart(at, row, structure, group)
  } catch (error) {
    return { group, refusal: refusalOf(error, at.session) }
  }
}

async function ofPart(at: Circumstances, { content }: Message, structure: Part, group: PartGroup): Promise<Outcome> {
  const body = bodyOf(content, structure, group.path, at.wanted)
  const asksTargets = group.items.some(({ name }) => name === 'AVAILABLECONVERSIONS')
  const asksPart = group.items.some(({ name }) => name !== 'AVAILABLECONVERSIONS')
  const targets = asksTargets ? available(at, body.source) : null
  return { group, targets, part: asksPart ? await convertBody(at, body) : null }
}

/**
 * What the part can be converted to, as it was asked (RFC 5259 §8.4). Throws ConvertProblem where a certain conversion was
 * asked for and is not possible, and where the parameters leave nothing of what there was.
 */
function available({ conversions, wanted }: Circumstances, source: MediaType): readonly string[] {
  const { converter } = conversions
  const { target, parameters } = wanted
  if (target !== null) return [converter.plan(source, target, parameters).to]
  const targets = converter.targets(source, parameters)
  if (targets.length === 0 && converter.targets(source, []).length > 0) converter.plan(source, null, parameters)
  return targets
}

/** BODY[…HEADER] and BODY[…MIME], in another charset (RFC 5259 §6). */
async function convertedHeader(
  { session, conversions, wanted, signal }: Circumstances,
  row: Message,
  structure: Part,
  { header: { path, text } }: HeaderGroup,
): Promise<Uint8Array> {
  const range = sectionRange(structure, path, text === 'MIME' ? 'MIME' : 'HEADER')
  if (range === null) throw noPart(null)
  const message = { uid: row.uid, row, facts: { structure }, surrogates: [] } as unknown as FetchMessage
  const shown = await shownHeader(session, message, range)
  const header = shown ?? (await session.store.contents.readAll(row.content, range.start, range.end))
  return conversions.converter.convertHeader(header, wanted.parameters, { account: String(session.account), signal })
}
