/**
 * The text of a content as the keys BODY, TEXT and HEADER look at it: decoded, collated under i;unicode-casemap
 * (RFC 5051, RFC 5255 §4) and as UTF-8, so that a comparison is one of octets.
 *
 * - `header` is, for each field of the top-level header, 0xFF, its name, ': ' and its value.
 * - `body` is, for each text in the body (of encapsulated messages the headers too), 0xFF and the text.
 * - 0xFF stands in no UTF-8, so nothing is found across texts, and an octet that begins a needle begins a character.
 *
 * Every answer comes from `holds`, whether the text was packed when it was indexed or is extracted now: that is why the
 * index never changes an answer.
 */
import { decodedText, headerFields, type Part, searchableText, unicodeCasemap } from '@lemonade/mime'
import { fieldMark, type Terms } from './grams.ts'

export interface ContentText {
  readonly header: Uint8Array
  readonly body: Uint8Array
}

/** So many characters of a long text come again at the start of its next piece. */
const overlapCharacters = 1024

/** A key that looks at text. */
export type TextKey =
  | { readonly in: 'body' | 'text'; readonly needle: Needle }
  /** `field` is the octets before a value: 0xFF, the collated name, ': '. */
  | { readonly in: 'header'; readonly field: Uint8Array; readonly name: string; readonly needle: Needle }

export interface Needle {
  readonly collated: string
  readonly octets: Uint8Array
}

const mark = 0xff

export function needleOf(text: string): Needle {
  const collated = unicodeCasemap(text.toWellFormed())
  return { collated, octets: Buffer.from(collated) }
}

/** What comes before the value of a field in `ContentText.header`. */
export function fieldStart(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(mark), Buffer.from(`${unicodeCasemap(name)}: `)])
}

/** Reads octets [start, end) of the content. */
export type ReadOctets = (start: number, end: number) => Uint8Array

/** Extracts the text of a content. With `terms`, collects what the index should hold of it. */
export function textOf(structure: Part, read: ReadOctets, terms?: Terms): ContentText {
  return {
    header: headerText(read(structure.headerStart, structure.bodyStart), terms),
    body: bodyText(structure, read, terms),
  }
}

function headerText(header: Uint8Array, terms: Terms | undefined): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const field of headerFields(header)) {
    const value = unicodeCasemap(decodedText(header, field))
    pieces.push(fieldStart(field.name), Buffer.from(value))
    if (terms === undefined) continue
    terms.text(`${unicodeCasemap(field.name)}: ${value}`, 'header')
    terms.fieldName(field.name)
    const special = fieldMark(field.nameLower)
    if (special !== undefined) terms.field(value, special)
  }
  return Buffer.concat(pieces)
}

function bodyText(structure: Part, read: ReadOctets, terms: Terms | undefined): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const { where, text } of searchableText(structure, read, { overlapCharacters })) {
    if (where === 'header') continue
    const collated = unicodeCasemap(text)
    pieces.push(Uint8Array.of(mark), Buffer.from(collated))
    terms?.text(collated, 'body')
  }
  return Buffer.concat(pieces)
}

/** Whether a content's text matches; `text` gives the two halves, each only when it is asked for. */
export function holds(text: ContentText, key: TextKey): boolean {
  const { needle } = key
  switch (key.in) {
    case 'body':
      return contains(text.body, needle.octets)
    case 'text':
      return contains(text.header, needle.octets) || contains(text.body, needle.octets)
    case 'header':
      return fieldContains(text.header, key.field, needle.octets)
  }
}

function contains(text: Uint8Array, needle: Uint8Array): boolean {
  return bufferOf(text).indexOf(needle) !== -1
}

function fieldContains(header: Uint8Array, field: Uint8Array, needle: Uint8Array): boolean {
  const octets = bufferOf(header)
  for (let at = octets.indexOf(field); at !== -1; at = octets.indexOf(field, at + 1)) {
    const start = at + field.length
    const next = octets.indexOf(mark, start)
    if (octets.subarray(start, next === -1 ? octets.length : next).indexOf(needle) !== -1) return true
  }
  return false
}

/** The same octets with Buffer's search for sequences. */
function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length)
}
