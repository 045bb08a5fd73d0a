/** convert (RFC 6558): body parts become parts of another media type. What converts them is the host's. */
import type { Part } from '@lemonade/mime'
import type { Arguments } from '../arguments.ts'
import type { PartPath } from '../edition.ts'
import { convertedPart } from '../entity.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string, strings } from '../signature.ts'
import type { ConversionResult } from '../step.ts'
import { currentPath, isInLoop } from './foreverypart.ts'

/** Conversions of a run cost much more than what else a script does. */
const memory = { initial: () => ({ conversions: 0 }) }

/** type/subtype, as RFC 5259 §10 has a concrete-mime-type. */
const mediaType = /^[a-z0-9][a-z0-9!#$&.+^_-]{0,126}\/[a-z0-9][a-z0-9!#$&.+^_-]{0,126}$/i

function judgeType(type: string): string | null {
  return mediaType.test(type) ? null : 'This is no media type, such as "image/jpeg".'
}

/** An empty string is none: no list of strings can be empty (RFC 5228 §2.4.2.1). */
function judgeParameter(parameter: string): string | null {
  return parameter === '' || parameter.indexOf('=') > 0
    ? null
    : 'This is no parameter of a conversion, such as "pix-x=320".'
}

/** Converts all, or changes nothing and answers false (RFC 6558 §2). */
function* convert(given: Arguments, machine: Machine): Asking<boolean> {
  const from = given.text('from').toLowerCase()
  const to = given.text('to').toLowerCase()
  const texts = given.texts('parameters').filter(text => text !== '')
  // Values of variables can be anything; such a conversion is one that is not there.
  if ([from, to].some(judgeType) || texts.some(judgeParameter)) return false
  const parameters = texts.map(text => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const)
  const { edition } = machine
  const { structure } = edition
  if (structure === null) machine.fail('The host does not show the parts of the message.')
  machine.charge(edition.parts)
  const made: { readonly path: PartPath; readonly entity: Uint8Array }[] = []
  let octets = 0
  for (const { path, part } of partsOf(from, structure, machine)) {
    const result = yield* conversionOf(part, to, parameters, machine)
    if (result === null) return false
    const entity = convertedPart(yield* machine.octets(part.headerStart, part.bodyStart), result)
    octets += entity.length
    // What does not fit is one that failed: the script goes on.
    if (octets > machine.limits.editedOctets - machine.editedOctets) return false
    made.push({ path, entity })
  }
  let next = edition
  for (const { path, entity } of made) next = next.withPart(path, entity)
  if (made.length > 0) machine.edit(next, octets)
  return true
}

/** The parts of a type: of the message, or in a loop of the part that it is at alone. */
function partsOf(type: string, root: Part, machine: Machine): { path: PartPath; part: Part }[] {
  const isWanted = (part: Part) => part.parts.length === 0 && `${part.type}/${part.subtype}` === type
  if (isInLoop(machine)) {
    const path = currentPath(machine)
    const part = machine.edition.part(path)
    return part !== null && isWanted(part) ? [{ path, part }] : []
  }
  const found: { path: PartPath; part: Part }[] = []
  const walk = (part: Part, path: PartPath) => {
    if (isWanted(part)) found.push({ path, part })
    for (const [at, each] of part.parts.entries()) walk(each, [...path, at])
  }
  walk(root, [])
  return found
}

/** Null where it fails. */
function* conversionOf(
  { type, subtype, params, encoding, bodyStart, end }: Part,
  to: string,
  parameters: readonly (readonly [string, string])[],
  machine: Machine,
): Asking<ConversionResult | null> {
  if (++machine.state(memory).conversions > machine.limits.conversions) return null
  machine.charge(100)
  const result = yield {
    ask: 'conversion',
    from: { type, subtype, parameters: params },
    encoding,
    pieces: machine.pieces(bodyStart, end),
    to,
    parameters,
  }
  if (result === null) return null
  const { contentType, octets } = (result ?? {}) as Partial<ConversionResult>
  if (typeof contentType === 'string' && octets instanceof Uint8Array) return { contentType, octets }
  return machine.fail('The host does not convert parts of messages.')
}

const signature = {
  positionals: [
    string('from', { check: judgeType }),
    string('to', { check: judgeType }),
    strings('parameters', { check: judgeParameter }),
  ],
}

export const convertExtension = extension({
  capabilities: ['convert'],
  rfc: 6558,
  commands: { convert: { ...signature, run: convert } },
  tests: { convert: { ...signature, run: convert } },
})
