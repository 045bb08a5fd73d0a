/** Ranges and validators of HTTP (RFC 9110 §8.8.3, §13, §14), as far as a single range goes. */
import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'range-parser'

export type Wanted =
  /** What the client has is what there is. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

/**
 * What a request wants of so many octets with this entity tag. Of several ranges it gets the whole, as a server may (RFC 9110
 * §14.2), and so it does for what is no range.
 */
export function wantedOf(headers: IncomingHttpHeaders, octets: number, tag: string): Wanted {
  if (tagsOf(headers['if-none-match'] ?? '').some(each => each === tag || each === '*')) return { kind: 'unchanged' }
  const { range } = headers
  const condition = headers['if-range']
  if (range === undefined || (condition !== undefined && condition !== tag)) return { kind: 'whole' }
  const { code, type, ranges } = parse(octets, range)
  const [only, ...more] = ranges
  if (type !== 'bytes' || (code & malformed) !== 0 || more.length > 0) return { kind: 'whole' }
  // Of nothing nobody can have a part; players that always ask for one get the nothing as it is.
  if (only === undefined) return octets === 0 ? { kind: 'whole' } : { kind: 'unsatisfiable' }
  return { kind: 'part', start: only.start, end: only.end + 1 }
}

/** A bit of the parser's code. */
const malformed = 1

/** Weak comparison (RFC 9110 §8.8.3.2) takes no notice of "W/". */
function tagsOf(field: string | readonly string[]): readonly string[] {
  return [field].flat().flatMap(text => text.split(',').map(tag => tag.trim().replace(/^W\//, '')))
}
