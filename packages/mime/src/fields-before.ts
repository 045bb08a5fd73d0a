/** A message that gets header fields put before it: all that is known of it, without a look at its body. */
import { factsOfTree, type ParsedMessage } from './facts.ts'
import { headerFields } from './header.ts'
import { defaultMimeLimits } from './limits.ts'
import { MessageParser } from './parse.ts'
import type { Part } from './tree.ts'

/** Longer ones are not worth it, and far below what is interpreted of a header. */
const headerOctets = 65_536

/**
 * What parsing `before` and the message behind it would give. `header` and `structure` are the message's own. Null where
 * that cannot be said: where `before` is not just whole fields, or says something of the body, or the header is not sound.
 */
export function withFieldsBefore(before: Uint8Array, header: Uint8Array, structure: Part): ParsedMessage | null {
  if (before.length + header.length > headerOctets || structure.headerStart !== 0) return null
  if (!areFields(before, 0) || !areFields(header, blankLine(header))) return null
  if (headerFields(before).some(({ nameLower }) => /^(?:content-|mime-version$)/.test(nameLower))) return null
  if (before.length + allHeaders(structure) > defaultMimeLimits.allHeadersOctets) return null
  const parser = new MessageParser()
  parser.write(before)
  parser.write(header)
  const { header: whole, facts } = parser.end()
  if (whole.length !== before.length + header.length) return null
  const moved = { ...moveBy(structure, before.length), headerStart: 0 }
  return { structure: moved, header: whole, octets: moved.end, facts: factsOfTree(facts, moved) }
}

/** Whether the octets are whole header fields, one after the other, with so many octets behind them. */
function areFields(octets: Uint8Array, behind: number): boolean {
  let at = 0
  for (const { start, end } of headerFields(octets)) {
    if (start !== at) return false
    at = end
  }
  return at > 0 && octets[at - 1] === 0x0a && at + behind === octets.length
}

/** Octets of the blank line at the end of a header; more than there are where it has none. */
function blankLine(header: Uint8Array): number {
  if (header.at(-1) !== 0x0a) return Number.POSITIVE_INFINITY
  return header.at(-2) === 0x0d ? 2 : 1
}

function allHeaders(part: Part): number {
  return part.parts.reduce((sum, each) => sum + allHeaders(each), part.bodyStart - part.headerStart)
}

function moveBy(part: Part, octets: number): Part {
  const { headerStart, bodyStart, end, parts } = part
  const offsets = { headerStart: headerStart + octets, bodyStart: bodyStart + octets, end: end + octets }
  return { ...part, ...offsets, parts: parts.map(each => moveBy(each, octets)) }
}
