/** ANNOTATION as an item of FETCH (RFC 5257 §4.3, §4.4). */
import { findPart } from '@lemonade/mime'
import { type Annotation, entryMatches } from '@lemonade/store'
import { pageOctets } from '../../announce.ts'
import type { FetchItem, FetchMessage } from '../../extension.ts'
import { entryMatch, hasWildcards, partOf } from '../../grammar/annotation.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad, No } from '../../problem.ts'
import type { Session } from '../../session.ts'
import type { Parser } from '../../wire/parser.ts'
import type { Writer } from '../../wire/writer.ts'

/** Which side of which attribute. */
type Attribute = `${'value' | 'size'}.${'priv' | 'shared'}`

/** fetch-att =/ "ANNOTATION" SP "(" entries SP attribs ")" (RFC 5257 §5) */
export function annotationItem(p: Parser, at: Parsing): FetchItem {
  p.sp()
  p.char('(')
  const patterns = oneOrMore(p, () => entryMatch(p, at))
  p.sp()
  const attributes = [...new Set(oneOrMore(p, () => attribute(p)).flat())]
  p.char(')')
  if (patterns.length > at.limits.imapListItems) throw new No('Too many entries', 'LIMIT')
  const parts = patterns
    .filter(pattern => !hasWildcards(pattern))
    .flatMap(entry => [partOf(entry)].filter(part => part !== null))
  return {
    name: 'ANNOTATION',
    ...(parts.length > 0 && { needs: ['structure'], check: message => checkParts(message, parts) }),
    stream: (w, message, session) => write(w, message, session, patterns, attributes),
  }
}

function oneOrMore<T>(p: Parser, one: () => T): T[] {
  return p.isNext('(') ? p.list1(one) : [one()]
}

/** attrib without a suffix means both sides (RFC 5257 §3.2.2). */
function attribute(p: Parser): Attribute[] {
  const name = p.astring().toLowerCase()
  const [kind, side, ...more] = name.split('.')
  const isKnown = (kind === 'value' || kind === 'size') && more.length === 0
  if (!isKnown || (side !== undefined && side !== 'priv' && side !== 'shared')) throw new Bad(`No attribute ${name}`)
  return side === undefined ? [`${kind}.priv`, `${kind}.shared`] : [`${kind}.${side}`]
}

/** Throws `Bad` where the message has not all these parts (RFC 5257 §3.2.1). */
function checkParts({ facts }: FetchMessage, parts: readonly (readonly number[])[]): void {
  const { structure } = facts
  if (structure !== undefined && parts.some(part => findPart(structure, part) === null))
    throw new Bad('There is no such part')
}

/** msg-att-dynamic =/ "ANNOTATION" SP "(" entry-att *(SP entry-att) ")"; a message without any has none in the parentheses. */
async function* write(
  w: Writer,
  message: FetchMessage,
  session: Session,
  patterns: readonly string[],
  attributes: readonly Attribute[],
): AsyncGenerator<Uint8Array, void, void> {
  const { view, store, account } = session
  const there = await store.annotations.of(view.mailbox.id, message.uid, account)
  w.ascii('ANNOTATION (')
  let isFirst = true
  for (const annotation of wanted(patterns, there, attributes)) {
    if (!isFirst) w.sp()
    isFirst = false
    w.astring(annotation.entry).sp().open()
    for (const [at, name] of attributes.entries()) {
      if (at > 0) w.sp()
      w.ascii(name).sp()
      const value = name.endsWith('.priv') ? annotation.priv : annotation.shared
      if (name.startsWith('value')) w.value(value)
      else w.string(`${value?.length ?? 0}`)
      if (w.length >= pageOctets) yield w.take()
    }
    w.close()
  }
  w.close()
}

/** In the order of the question: what is named, there or not; what a wildcard matches and has something of what is asked. */
function wanted(
  patterns: readonly string[],
  there: readonly Annotation[],
  attributes: readonly Attribute[],
): Iterable<Annotation> {
  const found = new Map<string, Annotation>()
  const sides = (['priv', 'shared'] as const).filter(side => attributes.some(name => name.endsWith(side)))
  for (const pattern of patterns) {
    if (!hasWildcards(pattern)) {
      const one = there.find(({ entry }) => entry === pattern)
      found.set(pattern, one ?? { entry: pattern, priv: null, shared: null })
      continue
    }
    for (const one of there) {
      const isAny = sides.some(side => one[side] !== null)
      if (isAny && !found.has(one.entry) && entryMatches(pattern, one.entry)) found.set(one.entry, one)
    }
  }
  return found.values()
}
