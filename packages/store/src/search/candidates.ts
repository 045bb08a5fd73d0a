/** What the text index says about a key: the contents that may match it, and no others that are indexed. */
import type { Connection } from '../connection.ts'
import { anything, certainTerms, fieldMark, nameTerm, needleTerms } from './grams.ts'
import type { Residue } from './plan.ts'
import type { TextKey } from './text.ts'

/** Content ids, ascending. */
export type Candidates = Float64Array

const pageRows = 10_000

/** The question to ask of `text_terms`, or null where every content may match. */
export function question(key: TextKey): string | null {
  const terms =
    key.in === 'header' ? headerTerms(key.name.toLowerCase(), key.needle.collated) : needleTerms(key.needle.collated)
  return terms.length === 0 ? null : `(${terms.map(quoted).join(' AND ')}) OR ${quoted(anything)}`
}

function headerTerms(field: string, needle: string): readonly string[] {
  const name = nameTerm(field)
  return [...(name === null ? [] : [name]), ...needleTerms(needle, fieldMark(field))]
}

function quoted(term: string): string {
  return `"${term}"`
}

/** What the index knows of a key. */
export interface Known {
  /** Indexed contents that may match; null where that is any. */
  readonly possible: Candidates | null
  /** Contents that do match. */
  readonly certain: Candidates
}

const nothing: Known = { possible: null, certain: new Float64Array() }

/** Asks the index. Where more than `most` are possible it narrows nothing down, and the question is given up. */
export function* knownOf(reader: Connection, key: TextKey, most: number): Generator<void, Known> {
  const asked = question(key)
  const possible = asked === null ? null : yield* contentsWith(reader, asked, most)
  if (possible === null || key.in === 'header') return { ...nothing, possible }
  const terms = certainTerms(key.needle.collated, key.in)
  if (terms.length === 0 || possible.length < worthwhile) return { ...nothing, possible }
  const certain = yield* contentsWith(reader, terms.map(quoted).join(' OR '), most)
  return { possible, certain: certain ?? nothing.certain }
}

/** Fewer candidates than these are verified as quickly as the index is asked once more. */
const worthwhile = 50

function* contentsWith(reader: Connection, asked: string, most: number): Generator<void, Candidates | null> {
  const found: number[] = []
  for (let after = 0; ; ) {
    const rows = reader
      .raw<[number]>('SELECT rowid FROM text_terms WHERE text_terms MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?')
      .all(asked, after, pageRows)
    for (const [content] of rows) found.push(content)
    if (rows.length < pageRows) return new Float64Array(found)
    if (found.length > most) return null
    after = found.at(-1) as number
    yield
  }
}

/** Contents of which one must be for the residue to hold, by the candidates of its texts; null where nothing is known. */
export function driver(residue: Residue, known: readonly Known[]): Candidates | null {
  switch (residue.kind) {
    case 'text':
      return known[residue.index]?.possible ?? null
    case 'and': {
      const each = residue.of.map(part => driver(part, known)).filter(part => part !== null)
      return each.length === 0 ? null : each.reduce((least, part) => (part.length < least.length ? part : least))
    }
    case 'or': {
      const each = residue.of.map(alternative => driver(alternative, known))
      return each.includes(null) ? null : union(each as Candidates[])
    }
    default:
      return null
  }
}

function union(lists: readonly Candidates[]): Candidates {
  const merged = new Set<number>()
  for (const list of lists) for (const content of list) merged.add(content)
  return new Float64Array(merged).sort()
}

export function has(candidates: Candidates, content: number): boolean {
  let low = 0
  let high = candidates.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((candidates[middle] as number) < content) low = middle + 1
    else high = middle
  }
  return candidates[low] === content
}
