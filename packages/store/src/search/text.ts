/**
 * The text of a content as the keys BODY, TEXT and HEADER look at it: decoded, collated under i;unicode-casemap
 * (RFC 5051, RFC 5255 §4) and as UTF-8, so that a comparison is one of octets.
 *
 * - `header` is, for each field of the top-level header, 0xFF, its name, ': ' and its value; then the same for fields of
 *   parts and encapsulated messages, after 0xFF 0xFE, so that TEXT finds them and HEADER does not (RFC 9051 §6.4.4).
 * - `body` is, for each text in the body, 0xFF and the text.
 * - 0xFF and 0xFE stand in no UTF-8, so nothing is found across texts, and an octet that begins a needle begins a character.
 * - Runs of white space in header fields and in what is looked for there are one space: nobody knows where a field was
 *   folded, and with what (RFC 5322 §2.2.3).
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
  /** As it stands in header fields: runs of white space are one space. */
  readonly headerOctets: Uint8Array
}

const mark = 0xff
const innerMark = Uint8Array.of(mark, 0xfe)

export function needleOf(text: string): Needle {
  const collated = unicodeCasemap(text.toWellFormed())
  return { collated, octets: Buffer.from(collated), headerOctets: Buffer.from(squeezed(collated)) }
}

function squeezed(text: string): string {
  return text.replace(/[ \t\r\n]+/g, ' ')
}

/** What comes before the value of a field in `ContentText.header`. */
export function fieldStart(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(mark), Buffer.from(`${unicodeCasemap(name)}: `)])
}

/** Reads octets [start, end) of the content. */
export type ReadOctets = (start: number, end: number) => Uint8Array

/** Extracts the text of a content. With `terms`, collects what the index should hold of it. */
export function textOf(structure: Part, read: ReadOctets, terms?: Terms): ContentText {
  const header = headerText(read(structure.headerStart, structure.bodyStart), terms)
  const body: Uint8Array[] = []
  for (const { where, text } of searchableText(structure, read, { overlapCharacters })) {
    if (where === 'inner-header') header.push(...innerHeaderText(text, terms))
    else if (where === 'body') {
      const collated = unicodeCasemap(text)
      body.push(Uint8Array.of(mark), Buffer.from(collated))
      terms?.text(collated, 'body')
    }
  }
  return { header: Buffer.concat(header), body: Buffer.concat(body) }
}

function headerText(header: Uint8Array, terms: Terms | undefined): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (const field of headerFields(header)) {
    const value = squeezed(unicodeCasemap(decodedText(header, field)))
    pieces.push(fieldStart(field.name), Buffer.from(value))
    if (terms === undefined) continue
    terms.text(`${unicodeCasemap(field.name)}: ${value}`, 'header')
    terms.fieldName(field.name)
    const special = fieldMark(field.nameLower)
    if (special !== undefined) terms.field(value, special)
  }
  return pieces
}

/** Fields, one a line. */
function innerHeaderText(text: string, terms: Terms | undefined): Uint8Array[] {
  return text.split('\n').flatMap(line => {
    const collated = squeezed(unicodeCasemap(line))
    terms?.text(collated, 'header')
    return [innerMark, Buffer.from(collated)]
  })
}

/** Whether a content's text matches; `text` gives the two halves, each only when it is asked for. */
export function holds(text: ContentText, key: TextKey): boolean {
  const { needle } = key
  switch (key.in) {
    case 'body':
      return contains(text.body, needle.octets)
    case 'text':
      return contains(text.header, needle.headerOctets) || contains(text.body, needle.octets)
    case 'header':
      return fieldContains(text.header, key.field, needle.headerOctets)
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
