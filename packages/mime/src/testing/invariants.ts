/** What must hold for the tree of any octets. */
import assert from 'node:assert/strict'
import {
  decodePart,
  defaultMimeLimits,
  encodePart,
  factsOf,
  findPart,
  isMultipart,
  type MimeLimits,
  type ParsedMessage,
  type Part,
  sectionRange,
} from '../index.ts'
import { type ReadBody, readBody, readEnvelope } from './grammar.ts'

/** Parses and checks everything; answers with what was parsed. */
export function checkMessage(octets: Uint8Array, limits: MimeLimits = defaultMimeLimits): ParsedMessage {
  const message = factsOf(octets, limits)
  const { structure, facts } = message
  assert.equal(message.octets, octets.length)
  assert.equal(structure.headerStart, 0)
  assert.equal(structure.end, octets.length)
  checkPart(structure, octets)
  checkLeaves(structure, octets)
  assert.ok(countParts(structure) <= Math.max(1, limits.parts))
  assert.ok(depth(structure) <= Math.max(1, limits.nesting))
  readEnvelope(facts.envelope)
  checkBody(readBody(facts.bodyStructure, true), structure)
  checkBody(readBody(facts.body, false), structure)
  assert.deepEqual(decodePart(encodePart(structure)), structure)
  const header = sectionRange(structure, [], 'HEADER')
  const text = sectionRange(structure, [], 'TEXT')
  assert.equal(header?.end, text?.start)
  assert.deepEqual([header?.start, text?.end], [0, octets.length])
  return message
}

/** A part's range holds those of its parts, in order; its line count is that of its octets. */
function checkPart(part: Part, octets: Uint8Array): void {
  assert.ok(part.headerStart <= part.bodyStart && part.bodyStart <= part.end, 'offsets are in order')
  assert.equal(part.bodyLines, lineFeeds(octets.subarray(part.bodyStart, part.end)), 'body lines')
  if (isMultipart(part)) assert.ok(part.parts.length > 0, 'a multipart has parts')
  let at = part.bodyStart
  for (const child of part.parts) {
    assert.ok(child.headerStart >= at && child.end <= part.end, 'parts nest')
    checkPart(child, octets)
    at = child.end
  }
  if (part.type === 'message' && part.parts.length > 0) {
    assert.equal(part.parts.length, 1)
    assert.deepEqual([part.parts[0]?.headerStart, part.parts[0]?.end], [part.bodyStart, part.end])
    readEnvelope(part.parts[0]?.envelope ?? new Uint8Array(0))
  }
}

/** Headers, leaves and the gaps between them are the message, each octet once. */
function checkLeaves(root: Part, octets: Uint8Array): void {
  const pieces: Uint8Array[] = []
  let at = 0
  const visit = (part: Part): void => {
    pieces.push(octets.subarray(at, part.headerStart), octets.subarray(part.headerStart, part.bodyStart))
    at = part.bodyStart
    for (const child of part.parts) visit(child)
    pieces.push(octets.subarray(at, part.end))
    at = part.end
  }
  visit(root)
  assert.ok(Buffer.concat(pieces).equals(octets), 'leaves and gaps join to the message')
}

function checkBody(read: ReadBody, part: Part): void {
  assert.deepEqual([read.type, read.subtype], [part.type, part.subtype])
  if (read.octets !== null) assert.equal(read.octets, part.end - part.bodyStart)
  if (read.lines !== null) assert.equal(read.lines, part.bodyLines)
  assert.equal(read.parts.length, part.parts.length)
  for (const [index, child] of read.parts.entries()) checkBody(child, part.parts[index] as Part)
}

/** Every part that BODYSTRUCTURE shows can be found by its number. */
export function checkNumbers(root: Part): void {
  const visit = (parts: readonly Part[], path: readonly number[]): void => {
    for (const [index, part] of parts.entries()) {
      const number = [...path, index + 1]
      assert.equal(findPart(root, number), part)
      const message = part.type === 'message' ? part.parts[0] : undefined
      if (message !== undefined) visit(isMultipart(message) ? message.parts : [message], number)
      else visit(part.parts, number)
    }
  }
  visit(isMultipart(root) ? root.parts : [root], [])
}

function lineFeeds(octets: Uint8Array): number {
  let count = 0
  for (const octet of octets) if (octet === 10) count++
  return count
}

function countParts(part: Part): number {
  return part.parts.reduce((count, child) => count + countParts(child), 1)
}

function depth(part: Part): number {
  return 1 + Math.max(0, ...part.parts.map(depth))
}
