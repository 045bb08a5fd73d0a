/** Sections: which octets BODY[section] means (RFC 3501 §6.4.5). */
import { isEncapsulatedMessage, isMultipart, type Part } from './tree.ts'

export type SectionText = 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME' | null

/** Offsets in the message, `end` exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * The part that a part number names, or null. Every message has a part 1: what is no multipart is its own part 1, and
 * the numbers below an encapsulated message are those of its parts.
 */
export function findPart(root: Part, path: readonly number[]): Part | null {
  let message: Part | null = root
  let part = root
  for (const number of path) {
    const parts = message === null ? [] : isMultipart(message) ? message.parts : [message]
    const next = parts[number - 1]
    if (next === undefined) return null
    part = next
    message = isMultipart(part) ? part : (encapsulated(part) ?? null)
  }
  return part
}

function encapsulated(part: Part): Part | undefined {
  return isEncapsulatedMessage(part) ? part.parts[0] : undefined
}

/**
 * The octets of a section, or null where there is no such section: HEADER and TEXT are those of a message, so below
 * the top the part must encapsulate one, and MIME must follow a part number. HEADER stands for HEADER.FIELDS too.
 */
export function sectionRange(
  root: Part,
  path: readonly number[],
  text: 'HEADER' | 'TEXT' | 'MIME' | null,
): Range | null {
  const part = findPart(root, path)
  if (part === null) return null
  if (path.length === 0) {
    if (text === 'MIME') return null
    return text === null ? { start: part.headerStart, end: part.end } : ofMessage(part, text)
  }
  if (text === null) return { start: part.bodyStart, end: part.end }
  if (text === 'MIME') return { start: part.headerStart, end: part.bodyStart }
  const message = encapsulated(part)
  return message === undefined ? null : ofMessage(message, text)
}

function ofMessage(message: Part, text: 'HEADER' | 'TEXT'): Range {
  return text === 'HEADER'
    ? { start: message.headerStart, end: message.bodyStart }
    : { start: message.bodyStart, end: message.end }
}
