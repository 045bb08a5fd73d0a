/** Entries and attributes of annotations (RFC 5257 §3.2, §5). */
import type { AnnotationValue } from '@lemonade/store'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Parser } from '../wire/parser.ts'

/** entry = astring ; slash-separated path to entry. Throws `Bad` where nothing can stand under it. */
export function annotationEntry(p: Parser, at: Parsing): string {
  const entry = wellFormed(p.astring(), at)
  if (/[*%]/.test(entry)) throw new Bad('A character that no entry has in its name')
  checkPlace(entry)
  return entry
}

/** entry-match = list-mailbox ; MAY contain "*" or "%" for use as wild cards */
export function entryMatch(p: Parser, at: Parsing): string {
  const pattern = wellFormed(p.listMailbox(), at)
  if (!hasWildcards(pattern)) checkPlace(pattern)
  else if (pattern.replace(/[^*%]+/g, '').length > at.limits.imapListWildcards)
    throw new No('Too many wildcards', 'LIMIT')
  return pattern
}

export function hasWildcards(pattern: string): boolean {
  return /[*%]/.test(pattern)
}

function wellFormed(name: string, { limits }: Parsing): string {
  if (name.length > limits.imapAnnotationName) throw new No('The name of an entry is too long', 'LIMIT')
  if (!/^[/*%][ -~]*$/.test(name)) throw new Bad('An entry begins with "/" and has US-ASCII characters')
  if (name.includes('//') || name.endsWith('/')) throw new Bad('A part of the name of an entry is empty')
  return name
}

/** Which entries only have others below them, and which nobody may use (RFC 5257 §3.2.1). */
function checkPlace(entry: string): void {
  const [first = '', ...more] = entry.slice(1).split('/')
  const path = /^[0-9]/.test(first) ? more : [first, ...more]
  const isOfPart = path === more
  if (isOfPart && !/^[1-9]\d*(\.[1-9]\d*)*$/.test(first)) throw new Bad('That is no part of a message')
  const [kind, ...below] = path
  if (kind === undefined) throw new Bad('A part has entries below it')
  if (kind === 'flags' && (!isOfPart || below.length === 0)) throw new Bad('Nothing can stand under /flags')
  if (kind === 'vendor' && below.length < 2) throw new Bad('A vendor has entries below its own name')
}

/** The body part that an entry is about (RFC 5257 §3.2.1), null for the message. */
export function partOf(entry: string): readonly number[] | null {
  const numbers = /^\/(\d[\d.]*)\//.exec(entry)?.[1]
  return numbers === undefined ? null : numbers.split('.').map(Number)
}

/** entry-att *(SP entry-att) in parentheses; entry-att = entry SP "(" att-value *(SP att-value) ")" */
export function annotationValues(p: Parser, at: Parsing): AnnotationValue[] {
  const values = p.list1(() => {
    const entry = annotationEntry(p, at)
    p.sp()
    return p.list1(() => attributeValue(p, entry))
  })
  if (values.flat().length > at.limits.imapListItems) throw new No('Too many annotations', 'LIMIT')
  return values.flat()
}

/** att-value = attrib SP value. Only values are set, and it is said whose (RFC 5257 §3.2.2). */
function attributeValue(p: Parser, entry: string): AnnotationValue {
  const attribute = p.astring().toLowerCase()
  if (attribute !== 'value.priv' && attribute !== 'value.shared') throw new Bad('Expected value.priv or value.shared')
  p.sp()
  const value = p.value()
  const isFlag = partOf(entry) !== null && entry.split('/')[2] === 'flags'
  if (isFlag && value !== null && !/^[01]$/.test(Buffer.from(value).toString('latin1')))
    throw new Bad('A flag of a part is "0", "1" or NIL')
  return { entry, shared: attribute === 'value.shared', value }
}
