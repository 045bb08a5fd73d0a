/** Parts as tests want to look at them. */
import assert from 'node:assert/strict'
import { defaultMimeLimits, type Part } from '../index.ts'
import { checkMessage, checkNumbers } from './invariants.ts'
import { text } from './messages.ts'

/** Parses, and checks all invariants. */
export function parse(message: Uint8Array, limits = defaultMimeLimits): Part {
  const { structure } = checkMessage(message, limits)
  checkNumbers(structure)
  return structure
}

/** "multipart/mixed(text/plain, image/png)" */
export function shape(part: Part): string {
  const children = part.parts.length === 0 ? '' : `(${part.parts.map(shape).join(', ')})`
  return `${part.type}/${part.subtype}${children}`
}

export function body(message: Uint8Array, part: Part | undefined): string {
  assert.ok(part)
  return text(message.subarray(part.bodyStart, part.end))
}

export function header(message: Uint8Array, part: Part | undefined): string {
  assert.ok(part)
  return text(message.subarray(part.headerStart, part.bodyStart))
}
