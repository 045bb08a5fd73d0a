/** section = "[" [section-spec] "]" and the partial behind it (RFC 3501 §6.4.5, §9). */
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Parser } from '../wire/parser.ts'
import type { Writer } from '../wire/writer.ts'

export type SectionText = 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME' | null

export interface Section {
  /** section-part; empty for the message itself. */
  readonly path: readonly number[]
  readonly text: SectionText
  /** header-list, as written. */
  readonly fields: readonly string[]
}

export interface Partial {
  readonly offset: number
  readonly octets: number
}

/** section-spec = section-msgtext / (section-part ["." section-text]) */
export function section(p: Parser, at: Parsing): Section {
  p.char('[')
  const path: number[] = []
  let text: SectionText = null
  let fields: readonly string[] = []
  if (!p.isNext(']')) {
    while (p.isDigit()) {
      path.push(p.nzNumber())
      if (path.length > at.limits.imapListItems) throw new No('Too deep a section', 'LIMIT')
      if (!p.tryChar('.')) break
      if (!p.isDigit()) {
        text = sectionText(p, true)
        break
      }
    }
    if (path.length === 0) text = sectionText(p, false)
    if (text === 'HEADER.FIELDS' || text === 'HEADER.FIELDS.NOT') {
      p.sp()
      fields = headerList(p, at)
    }
  }
  p.char(']')
  return { path, text, fields }
}

/** section-binary = "[" [section-part] "]" (RFC 3516 §7) */
export function sectionPart(p: Parser, at: Parsing): readonly number[] {
  p.char('[')
  const path: number[] = []
  if (!p.isNext(']')) {
    do {
      path.push(p.nzNumber())
      if (path.length > at.limits.imapListItems) throw new No('Too deep a section', 'LIMIT')
    } while (p.tryChar('.'))
  }
  p.char(']')
  return path
}

/** section-text = section-msgtext / "MIME" */
function sectionText(p: Parser, afterPart: boolean): SectionText {
  const name = p.name()
  switch (name) {
    case 'HEADER':
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT':
    case 'TEXT':
      return name
    case 'MIME':
      if (afterPart) return name
      throw new Bad('MIME needs a part number')
    default:
      throw new Bad(`Unknown section ${name}`)
  }
}

/** header-list = "(" header-fld-name *(SP header-fld-name) ")" */
function headerList(p: Parser, at: Parsing): readonly string[] {
  const fields = p.list1(() => p.astring())
  if (fields.length > at.limits.imapListItems) throw new No('Too many header fields', 'LIMIT')
  return fields
}

/** "<" number "." nz-number ">", or the same of number64 (RFC 9051 §9) */
export function partial(p: Parser): Partial | null {
  if (!p.tryChar('<')) return null
  const offset = p.octetCount()
  p.char('.')
  const octets = p.octetCount()
  if (octets === 0) throw new Bad('Expected a number of octets greater than 0')
  p.char('>')
  return { offset, octets }
}

/** The section as the response names it. */
export function writeSection(w: Writer, { path, text, fields }: Section): void {
  w.ascii('[').ascii(path.join('.'))
  if (text !== null) {
    if (path.length > 0) w.ascii('.')
    w.ascii(text)
  }
  if (fields.length > 0) {
    w.ascii(' (')
    fields.forEach((field, i) => {
      if (i > 0) w.sp()
      w.astring(field)
    })
    w.ascii(')')
  }
  w.ascii(']')
}
