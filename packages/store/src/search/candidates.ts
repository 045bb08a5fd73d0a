/** What the text index says about a key: the contents that may match it, and no others that are indexed. */
import type { Connection } from '../connection.ts'
import { anything, fieldMark, nameTerm, needleTerms } from './grams.ts'
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

/** Candidates of a key, or null where there are more than `most` and the key narrows nothing down. */
export function* candidatesOf(reader: Connection, key: TextKey, most: number): Generator<void, Candidates | null> {
  const asked = question(key)
  if (asked === null) return null
  const found: number[] = []
  for (let after = 0; ; ) {
    const rows = reader
      .raw<[number]>('SELECT rowid FROM text_terms WHERE text_terms MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?')
      .all(asked, after, pageRows)
    for (const [content] of rows) found.push(content)
    if (rows.length < pageRows) return Float64Array.from(found)
    if (found.length > most) return null
    after = found.at(-1) as number
    yield
  }
}

/** Contents of which one must be for the residue to hold, by the candidates of its texts; null where nothing is known. */
export function driver(residue: Residue, texts: readonly (Candidates | null)[]): Candidates | null {
  switch (residue.kind) {
    case 'text':
      return texts[residue.index] ?? null
    case 'and': {
      const known = residue.of.map(each => driver(each, texts)).filter(each => each !== null)
      return known.length === 0 ? null : known.reduce((least, each) => (each.length < least.length ? each : least))
    }
    case 'or': {
      const each = residue.of.map(alternative => driver(alternative, texts))
      return each.includes(null) ? null : union(each as Candidates[])
    }
    default:
      return null
  }
}

function union(lists: readonly Candidates[]): Candidates {
  const merged = new Set<number>()
  for (const list of lists) for (const content of list) merged.add(content)
  return Float64Array.from(merged).sort()
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
